package dev.weft.tcp;

import io.netty.buffer.ByteBuf;
import java.lang.foreign.MemorySegment;

/** Where a direct buffer lies. Netty tells only when it uses Unsafe, which it does not on current Java; the JDK always does. */
final class NativeAddress {

    private NativeAddress() {
    }

    /** Address of the buffer's first byte, valid until it is released. */
    static long of(ByteBuf buffer) {
        return buffer.hasMemoryAddress() ? buffer.memoryAddress()
                : MemorySegment.ofBuffer(buffer.nioBuffer(0, buffer.capacity())).address();
    }
}
