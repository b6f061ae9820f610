package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What Weft does with bare file descriptors of native libraries: wait, make non-blocking, count events, replace, close. Any thread. */
public final class Descriptors {
    private static final short POLLIN = 1;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 04000;
    private static final int EFD_CLOEXEC = 02000000;
    private static final int O_CLOEXEC = EFD_CLOEXEC;
    private static final int EFD_NONBLOCK = O_NONBLOCK;

    private static final MethodHandle POLL = handle("poll", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT), Errno.CAPTURE);
    private static final MethodHandle FCNTL = handle("fcntl", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), Errno.CAPTURE, Linker.Option.firstVariadicArg(2));
    private static final MethodHandle EVENTFD = handle("eventfd", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT), Errno.CAPTURE);
    private static final MethodHandle EVENTFD_WRITE = handle("eventfd_write", FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG), Errno.CAPTURE);
    private static final MethodHandle EVENTFD_READ = handle("eventfd_read", FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS), Errno.CAPTURE);
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Errno.CAPTURE);

    private static final MethodHandle DUP3 = handle("dup3", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), Errno.CAPTURE);

    private Descriptors() {
    }

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    /**
     * Waits until the descriptor can be read (poll(2)). A signal counts as a wait that found nothing.
     *
     * @param timeoutMillis 0 looks only, negative waits for ever
     * @return whether it can be read; also true when it is broken, so that the following read tells
     */
    public static boolean awaitReadable(int fd, int timeoutMillis) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(8, 4);
            entry.set(ValueLayout.JAVA_INT, 0, fd);
            entry.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
            int ready = (int) POLL.invokeExact(Errno.segment(), entry, 1L, timeoutMillis);
            if (ready < 0 && Errno.last() != Errno.EINTR) {
                throw failed("poll", fd);
            }
            return ready > 0;
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sets O_NONBLOCK (fcntl(2)). */
    public static void setNonBlocking(int fd) throws IOException {
        try {
            int flags = (int) FCNTL.invokeExact(Errno.segment(), fd, F_GETFL, 0);
            if (flags < 0 || (int) FCNTL.invokeExact(Errno.segment(), fd, F_SETFL, flags | O_NONBLOCK) < 0) {
                throw failed("fcntl", fd);
            }
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** A non-blocking counter that becomes readable when signalled (eventfd(2)); the caller closes it. */
    public static int openEvent() throws IOException {
        try {
            int fd = (int) EVENTFD.invokeExact(Errno.segment(), 0, EFD_CLOEXEC | EFD_NONBLOCK);
            if (fd < 0) {
                throw failed("eventfd", fd);
            }
            return fd;
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes an event descriptor readable. */
    public static void signalEvent(int fd) throws IOException {
        try {
            if ((int) EVENTFD_WRITE.invokeExact(Errno.segment(), fd, 1L) < 0) {
                throw failed("eventfd_write", fd);
            }
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes the count of an event descriptor. @return signals since the last take, 0 for none */
    public static long takeEvent(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            if ((int) EVENTFD_READ.invokeExact(Errno.segment(), fd, count) == 0) {
                return count.get(ValueLayout.JAVA_LONG, 0);
            }
            if (Errno.last() == Errno.EAGAIN || Errno.last() == Errno.EINTR) {
                return 0;
            }
            throw failed("eventfd_read", fd);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has a descriptor stand for another open file from now on; what it stood for is closed (dup3(2)). */
    public static void replace(int fd, int by) throws IOException {
        try {
            if ((int) DUP3.invokeExact(Errno.segment(), by, fd, O_CLOEXEC) < 0) {
                throw failed("dup3", fd);
            }
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    public static void close(int fd) throws IOException {
        try {
            if ((int) CLOSE.invokeExact(Errno.segment(), fd) < 0) {
                throw failed("close", fd);
            }
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static IOException failed(String call, int fd) {
        return new IOException(call + " of descriptor " + fd + " failed: " + Errno.describe(Errno.last()));
    }
}
