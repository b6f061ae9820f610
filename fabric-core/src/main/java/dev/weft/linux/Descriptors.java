package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What Weft does with bare file descriptors of native libraries: wait, make non-blocking, count events, replace, close. Any thread. */
public final class Descriptors {
    private static final short POLLIN = 1;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 04000;
    private static final int EFD_CLOEXEC = 02000000;
    private static final int O_CLOEXEC = EFD_CLOEXEC;
    private static final int EFD_NONBLOCK = O_NONBLOCK;

    private static final LibcFunction POLL = LibcFunction.named("poll");
    private static final LibcFunction FCNTL = LibcFunction.named("fcntl");
    private static final LibcFunction EVENTFD = LibcFunction.named("eventfd");
    private static final LibcFunction EVENTFD_WRITE = LibcFunction.named("eventfd_write");
    private static final LibcFunction EVENTFD_READ = LibcFunction.named("eventfd_read");
    private static final LibcFunction CLOSE = LibcFunction.named("close");
    private static final LibcFunction DUP3 = LibcFunction.named("dup3");

    private Descriptors() {
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
            int ready = POLL.call(entry.address(), 1, timeoutMillis, 0, 0);
            if (ready < 0 && ready != -Errno.EINTR) {
                throw failed("poll", fd, -ready);
            }
            return ready > 0;
        }
    }

    /** Sets O_NONBLOCK (fcntl(2)). */
    public static void setNonBlocking(int fd) throws IOException {
        int flags = check("fcntl", fd, FCNTL.call(fd, F_GETFL, 0, 0, 0));
        check("fcntl", fd, FCNTL.call(fd, F_SETFL, flags | O_NONBLOCK, 0, 0));
    }

    /** A non-blocking counter that becomes readable when signalled (eventfd(2)); the caller closes it. */
    public static int openEvent() throws IOException {
        return check("eventfd", -1, EVENTFD.call(0, EFD_CLOEXEC | EFD_NONBLOCK, 0, 0, 0));
    }

    /** Makes an event descriptor readable. */
    public static void signalEvent(int fd) throws IOException {
        check("eventfd_write", fd, EVENTFD_WRITE.call(fd, 1, 0, 0, 0));
    }

    /** Takes the count of an event descriptor. @return signals since the last take, 0 for none */
    public static long takeEvent(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            int result = EVENTFD_READ.call(fd, count.address(), 0, 0, 0);
            if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
                return 0;
            }
            check("eventfd_read", fd, result);
            return count.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Has a descriptor stand for another open file from now on; what it stood for is closed (dup3(2)). */
    public static void replace(int fd, int by) throws IOException {
        check("dup3", fd, DUP3.call(by, fd, O_CLOEXEC, 0, 0));
    }

    public static void close(int fd) throws IOException {
        check("close", fd, CLOSE.call(fd, 0, 0, 0, 0));
    }

    /**
     * Returns when so many more descriptors can be opened now; opens them and closes them again.
     *
     * @throws IOException with the kernel's reason when not
     */
    public static void requireFree(int count) throws IOException {
        List<Integer> opened = new ArrayList<>();
        try {
            while (opened.size() < count) {
                opened.add(Libc.open("/", Libc.O_PATH | Libc.O_CLOEXEC));
            }
        } catch (IOException e) {
            throw new IOException("only " + opened.size() + " of " + count + " descriptors can be opened: " + e.getMessage()
                    + "; raise the agent's limit (LimitNOFILE)", e);
        } finally {
            for (int fd : opened) {
                close(fd);
            }
        }
    }

    private static int check(String call, int fd, int result) throws IOException {
        if (result < 0) {
            throw failed(call, fd, -result);
        }
        return result;
    }

    private static IOException failed(String call, int fd, int errno) {
        return new IOException(call + " of descriptor " + fd + " failed: " + Errno.describe(errno));
    }
}
