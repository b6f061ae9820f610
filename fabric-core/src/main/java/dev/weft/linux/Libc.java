package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The libc calls of the control plane. Failures become {@link LinuxException}s. Any thread; may block where the call may. */
public final class Libc {
    public static final int O_RDONLY = 0;
    public static final int O_NONBLOCK = 04000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_PATH = 010000000;
    public static final int CLONE_NEWNET = 0x40000000;

    private static final long NS_GET_NSTYPE = 0xb703;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SOCKET = handle("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle SETSOCKOPT = handle("setsockopt",
            FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SEND = handle("send", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle RECV = handle("recv", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle CONNECT = handle("connect", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle BIND = handle("bind", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SETNS = handle("setns", FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle IOCTL = handle("ioctl", FunctionDescriptor.of(INT, INT, LONG), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle UNSHARE = handle("unshare", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle FSTATFS = handle("fstatfs", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS));

    private Libc() {
    }

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker.Option[] all = java.util.Arrays.copyOf(options, options.length + 1);
        all[options.length] = Errno.CAPTURE;
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
    }

    @FunctionalInterface
    private interface Call {
        long run() throws Throwable;
    }

    private static long checked(String what, Call call) throws LinuxException {
        long result;
        try {
            do {
                result = call.run();
            } while (result < 0 && Errno.last() == Errno.EINTR);
        } catch (Throwable e) {
            throw new AssertionError("libc cannot be called", e);
        }
        if (result < 0) {
            throw new LinuxException(what, Errno.last());
        }
        return result;
    }

    /**
     * @return descriptor; the caller closes it ({@link Descriptors#close})
     */
    public static int open(String path, int flags) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return (int) checked("open " + path, () -> (int) OPEN.invokeExact(Errno.segment(), name, flags));
        }
    }

    public static int socket(int domain, int type, int protocol) throws LinuxException {
        return (int) checked("socket", () -> (int) SOCKET.invokeExact(Errno.segment(), domain, type, protocol));
    }

    public static void setIntOption(int fd, int level, int option, int value) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment holder = arena.allocateFrom(INT, value);
            checked("setsockopt", () -> (int) SETSOCKOPT.invokeExact(Errno.segment(), fd, level, option, holder, Integer.BYTES));
        }
    }

    /** A receive that waits longer than this fails with EAGAIN. */
    public static void setReceiveTimeout(int fd, long seconds) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocateFrom(LONG, seconds, 0L); // struct timeval
            checked("setsockopt", () -> (int) SETSOCKOPT.invokeExact(Errno.segment(), fd, 1, 20, timeval, 2 * Long.BYTES));
        }
    }

    public static void send(int fd, MemorySegment bytes) throws LinuxException {
        checked("send", () -> (long) SEND.invokeExact(Errno.segment(), fd, bytes, bytes.byteSize(), 0));
    }

    public static void connect(int fd, MemorySegment address) throws LinuxException {
        checked("connect", () -> (int) CONNECT.invokeExact(Errno.segment(), fd, address, (int) address.byteSize()));
    }

    static void bind(int fd, MemorySegment address) throws LinuxException {
        checked("bind", () -> (int) BIND.invokeExact(Errno.segment(), fd, address, (int) address.byteSize()));
    }

    /**
     * @return bytes received; more than {@code into} holds when the message was cut (MSG_TRUNC)
     */
    public static long receive(int fd, MemorySegment into) throws LinuxException {
        return checked("recv", () -> (long) RECV.invokeExact(Errno.segment(), fd, into, into.byteSize(), 0x20));
    }

    /** Moves the calling thread to another network namespace; do it only on a thread that ends afterwards. */
    public static void enterNetworkNamespace(int fd) throws LinuxException {
        checked("setns", () -> (int) SETNS.invokeExact(Errno.segment(), fd, CLONE_NEWNET));
    }

    /** Whether the descriptor of a namespace file is one of a network namespace (ioctl_ns(2)). */
    public static boolean isNetworkNamespace(int fd) throws LinuxException {
        return checked("ask for the kind of namespace", () -> (int) IOCTL.invokeExact(Errno.segment(), fd, NS_GET_NSTYPE)) == CLONE_NEWNET;
    }

    /** Gives the calling thread a fresh network namespace; do it only on a thread that ends afterwards. */
    public static void unshareNetwork() throws LinuxException {
        checked("unshare", () -> (int) UNSHARE.invokeExact(Errno.segment(), CLONE_NEWNET));
    }

    /** Type of the file system the descriptor lies on (linux/magic.h). */
    public static long fileSystemType(int fd) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(256, 8);
            checked("fstatfs", () -> (int) FSTATFS.invokeExact(Errno.segment(), fd, statfs));
            return statfs.get(LONG, 0);
        }
    }
}
