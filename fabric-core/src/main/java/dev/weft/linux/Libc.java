package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The libc calls of the control plane. Failures become {@link LinuxException}s. Any thread; may block where the call may. */
public final class Libc {
    public static final int O_RDONLY = 0;
    public static final int O_NONBLOCK = 04000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_PATH = 010000000;
    public static final int CLONE_NEWNET = 0x40000000;

    private static final long NS_GET_NSTYPE = 0xb703;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int MSG_TRUNC = 0x20;
    private static final LibcFunction OPEN = LibcFunction.named("open");
    private static final LibcFunction SOCKET = LibcFunction.named("socket");
    private static final LibcFunction SETSOCKOPT = LibcFunction.named("setsockopt");
    private static final LibcFunction SEND = LibcFunction.named("send");
    private static final LibcFunction RECV = LibcFunction.named("recv");
    private static final LibcFunction CONNECT = LibcFunction.named("connect");
    private static final LibcFunction BIND = LibcFunction.named("bind");
    private static final LibcFunction SETNS = LibcFunction.named("setns");
    private static final LibcFunction IOCTL = LibcFunction.named("ioctl");
    private static final LibcFunction UNSHARE = LibcFunction.named("unshare");
    private static final LibcFunction FSTATFS = LibcFunction.named("fstatfs");

    private Libc() {
    }

    /**
     * @return descriptor; the caller closes it ({@link Descriptors#close})
     */
    public static int open(String path, int flags) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            return OPEN.checked("open " + path, arena.allocateFrom(path).address(), flags, 0);
        }
    }

    public static int socket(int domain, int type, int protocol) throws LinuxException {
        return SOCKET.checked("socket", domain, type, protocol);
    }

    public static void setIntOption(int fd, int level, int option, int value) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            setOption(fd, level, option, arena.allocateFrom(ValueLayout.JAVA_INT, value));
        }
    }

    /** A receive that waits longer than this fails with EAGAIN. */
    public static void setReceiveTimeout(int fd, long seconds) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            setOption(fd, SOL_SOCKET, SO_RCVTIMEO, arena.allocateFrom(ValueLayout.JAVA_LONG, seconds, 0L)); // struct timeval
        }
    }

    static void setOption(int fd, int level, int option, MemorySegment value) throws LinuxException {
        SETSOCKOPT.checked("setsockopt", fd, level, option, value.address(), value.byteSize());
    }

    public static void send(int fd, MemorySegment bytes) throws LinuxException {
        SEND.checked("send", fd, bytes.address(), bytes.byteSize());
    }

    public static void connect(int fd, MemorySegment address) throws LinuxException {
        CONNECT.checked("connect", fd, address.address(), address.byteSize());
    }

    static void bind(int fd, MemorySegment address) throws LinuxException {
        BIND.checked("bind", fd, address.address(), address.byteSize());
    }

    /**
     * @return bytes received; more than {@code into} holds when the message was cut (MSG_TRUNC)
     */
    public static int receive(int fd, MemorySegment into) throws LinuxException {
        return RECV.checked("recv", fd, into.address(), into.byteSize(), MSG_TRUNC, 0);
    }

    /** Moves the calling thread to another network namespace; do it only on a thread that ends afterwards. */
    public static void enterNetworkNamespace(int fd) throws LinuxException {
        SETNS.checked("setns", fd, CLONE_NEWNET, 0);
    }

    /** Whether the descriptor of a namespace file is one of a network namespace (ioctl_ns(2)). */
    public static boolean isNetworkNamespace(int fd) throws LinuxException {
        return IOCTL.checked("ask for the kind of namespace", fd, NS_GET_NSTYPE, 0) == CLONE_NEWNET;
    }

    /**
     * A request to a device (ioctl(2)).
     *
     * @param argument a number, or the address of memory that the caller keeps alive
     * @return what the device answered, or -errno
     */
    public static int ioctl(int fd, long request, long argument) {
        return IOCTL.call(fd, request, argument, 0, 0);
    }

    /** Gives the calling thread a fresh network namespace; do it only on a thread that ends afterwards. */
    public static void unshareNetwork() throws LinuxException {
        UNSHARE.checked("unshare", CLONE_NEWNET, 0, 0);
    }

    /** Type of the file system the descriptor lies on (linux/magic.h). */
    public static long fileSystemType(int fd) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(256, 8);
            FSTATFS.checked("fstatfs", fd, statfs.address(), 0);
            return statfs.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
