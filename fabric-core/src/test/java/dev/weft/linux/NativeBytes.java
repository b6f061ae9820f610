package dev.weft.linux;

import java.lang.foreign.Arena;

/** Native memory for tests that work with addresses; freed with the JVM. */
public final class NativeBytes {

    private NativeBytes() {
    }

    public static long allocate(long length) {
        return Arena.global().allocate(length, 64).address();
    }

    public static long of(byte[] bytes) {
        long address = allocate(Math.max(1, bytes.length));
        Memory.fromArray(bytes, address);
        return address;
    }
}
