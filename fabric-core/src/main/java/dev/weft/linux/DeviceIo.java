package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * read(2) and write(2) of a device that does not block, such as a TUN queue, for the data path: as {@link FastIo}, with less to do when
 * the device has nothing. Its calls capture no errno: capturing costs a memory segment a call unless the compiler saw the whole call,
 * which takes it long when it learnt from a start-up cache. The thread's errno is read afterwards instead; the JVM may have
 * changed it meanwhile, so it is believed when it says {@code EAGAIN} and otherwise the call is made again with its errno captured.
 *
 * <p>Wrong both ways does no harm: an error taken for {@code EAGAIN} comes again with the next call, and a second call that succeeds
 * is a success. Sockets tell an error once and are not for this class.
 *
 * <p>Belongs to the thread of its first call that failed.
 */
public final class DeviceIo {
    private static final MethodHandle READ = uncaptured("read");
    private static final MethodHandle WRITE = uncaptured("write");
    private static final MethodHandle ERRNO_LOCATION = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("__errno_location"), FunctionDescriptor.of(ValueLayout.JAVA_LONG));

    private final FastIo captured;
    /** Where this thread's errno is, 0 before it was asked for. */
    private long errno;

    /**
     * @param arena lives as long as this is used
     */
    public DeviceIo(Arena arena) {
        captured = new FastIo(arena);
    }

    private static MethodHandle uncaptured(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), LibcFunction.SHAPE);
    }

    /**
     * @return bytes read, or -errno
     */
    public int read(int fd, long address, int length) {
        long result;
        try {
            result = (long) READ.invokeExact((long) fd, address, (long) length, 0L, 0L, 0L);
        } catch (Throwable e) {
            throw new AssertionError("read(2) cannot be called", e);
        }
        if (result >= 0) {
            return (int) result;
        }
        return isNotNow() ? -Errno.EAGAIN : captured.read(fd, address, length);
    }

    /**
     * @return bytes written, or -errno
     */
    public int write(int fd, long address, int length) {
        long result;
        try {
            result = (long) WRITE.invokeExact((long) fd, address, (long) length, 0L, 0L, 0L);
        } catch (Throwable e) {
            throw new AssertionError("write(2) cannot be called", e);
        }
        if (result >= 0) {
            return (int) result;
        }
        return isNotNow() ? -Errno.EAGAIN : captured.write(fd, address, length);
    }

    private boolean isNotNow() {
        if (errno == 0) {
            errno = errnoLocation();
        }
        return Memory.getInt(errno) == Errno.EAGAIN;
    }

    private static long errnoLocation() {
        try {
            return (long) ERRNO_LOCATION.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError("__errno_location of libc cannot be called", e);
        }
    }
}
