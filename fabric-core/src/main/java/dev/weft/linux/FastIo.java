package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * read(2) and write(2) of sockets at full rate: memory by address, errors as numbers, nothing allocated once the compiler has seen the
 * caller. Each instance has its own place for errno and therefore belongs to one thread. Devices have {@link DeviceIo}.
 */
public final class FastIo {
    private static final MethodHandle READ = LibcFunction.named("read").handle();
    private static final MethodHandle WRITE = LibcFunction.named("write").handle();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private final MemorySegment state;

    /**
     * @param arena lives as long as this is used
     */
    public FastIo(Arena arena) {
        state = arena.allocate(STATE);
    }

    /**
     * @return bytes read, or -errno
     */
    public int read(int fd, long address, int length) {
        try {
            long result = (long) READ.invokeExact(state, (long) fd, address, (long) length, 0L, 0L, 0L);
            return result >= 0 ? (int) result : -state.get(ValueLayout.JAVA_INT, ERRNO);
        } catch (Throwable e) {
            throw new AssertionError("read(2) cannot be called", e);
        }
    }

    /**
     * @return bytes written, or -errno
     */
    public int write(int fd, long address, int length) {
        try {
            long result = (long) WRITE.invokeExact(state, (long) fd, address, (long) length, 0L, 0L, 0L);
            return result >= 0 ? (int) result : -state.get(ValueLayout.JAVA_INT, ERRNO);
        } catch (Throwable e) {
            throw new AssertionError("write(2) cannot be called", e);
        }
    }
}
