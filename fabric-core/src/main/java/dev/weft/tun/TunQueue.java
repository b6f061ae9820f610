package dev.weft.tun;

import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import dev.weft.linux.FastIo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * One queue of a persistent multi-queue TUN device with virtio headers and offloads (linux/if_tun.h). The device outlives the process:
 * addresses and routes on it stay when the agent is killed, and the next agent attaches to it again by name.
 *
 * <p>Opened by any thread; read, written and closed by the lane's.
 */
public final class TunQueue implements PacketQueue {
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 04000;
    private static final int O_CLOEXEC = 02000000;
    private static final int IFREQ_SIZE = 40;
    private static final int IFNAMSIZ = 16;

    private static final short IFF_TUN = 0x0001;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_MULTI_QUEUE = 0x0100;

    private static final long TUNSETIFF = 0x400454CAL;
    private static final long TUNSETPERSIST = 0x400454CBL;
    private static final long TUNSETOFFLOAD = 0x400454D0L;
    private static final long TUNSETVNETHDRSZ = 0x400454D8L;

    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT), Errno.CAPTURE,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL_POINTER = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Errno.CAPTURE, Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL_VALUE = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
            Errno.CAPTURE, Linker.Option.firstVariadicArg(2));

    private final Arena arena = Arena.ofShared();
    private final FastIo io = new FastIo(arena);
    private final int fd;
    private boolean closed;

    private TunQueue(int fd) {
        this.fd = fd;
    }

    /**
     * Attaches a queue to the device, making the device when it does not exist.
     *
     * @param name of the device, at most 15 bytes
     * @throws IOException when the device cannot be opened, has other flags, or all its queues are taken; says the remedy
     */
    public static TunQueue open(String name) throws IOException {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length >= IFNAMSIZ) {
            throw new IOException("TUN device name '" + name + "' must have 1 to 15 bytes");
        }
        try (Arena scratch = Arena.ofConfined()) {
            int fd = call(() -> (int) OPEN.invokeExact(Errno.segment(), scratch.allocateFrom("/dev/net/tun"),
                    O_RDWR | O_NONBLOCK | O_CLOEXEC));
            if (fd < 0) {
                throw new IOException("cannot open /dev/net/tun: " + Errno.describe(Errno.last()) + openRemedy());
            }
            try {
                configure(fd, name, scratch);
            } catch (IOException e) {
                Descriptors.close(fd);
                throw e;
            }
            return new TunQueue(fd);
        }
    }

    private static void configure(int fd, String name, Arena scratch) throws IOException {
        MemorySegment ifreq = scratch.allocate(IFREQ_SIZE, 8);
        ifreq.setString(0, name);
        ifreq.set(ValueLayout.JAVA_SHORT, IFNAMSIZ, (short) (IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE));
        if (call(() -> (int) IOCTL_POINTER.invokeExact(Errno.segment(), fd, TUNSETIFF, ifreq)) < 0) {
            throw new IOException("cannot attach to TUN device " + name + ": " + Errno.describe(Errno.last()) + remedy(name));
        }
        MemorySegment headerSize = scratch.allocateFrom(ValueLayout.JAVA_INT, dev.weft.frame.FrameHeader.VIRTIO_LENGTH);
        if (call(() -> (int) IOCTL_POINTER.invokeExact(Errno.segment(), fd, TUNSETVNETHDRSZ, headerSize)) < 0) {
            throw new IOException("cannot set the virtio header size of " + name + ": " + Errno.describe(Errno.last()));
        }
        int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
        long segmentation = offloads | TUN_F_USO4 | TUN_F_USO6;
        if (call(() -> (int) IOCTL_VALUE.invokeExact(Errno.segment(), fd, TUNSETOFFLOAD, segmentation)) < 0
                && call(() -> (int) IOCTL_VALUE.invokeExact(Errno.segment(), fd, TUNSETOFFLOAD, (long) offloads)) < 0) {
            throw new IOException("cannot set offloads of " + name + ": " + Errno.describe(Errno.last()));
        }
        if (call(() -> (int) IOCTL_VALUE.invokeExact(Errno.segment(), fd, TUNSETPERSIST, 1L)) < 0) {
            throw new IOException("cannot make " + name + " persistent: " + Errno.describe(Errno.last()));
        }
    }

    private static String openRemedy() {
        return Errno.last() == Errno.EACCES
                ? "; run the agent as root, or let others open the device (chmod 0666 /dev/net/tun, as udev does)"
                : "; the agent needs the tun module (modprobe tun)";
    }

    private static String remedy(String name) {
        return switch (Errno.last()) {
            case Errno.EBUSY -> "; another process holds it: is an agent running already?";
            case Errno.EINVAL -> "; it exists with other flags or is no TUN device: remove it (ip link delete " + name
                    + ") or name another in the configuration";
            default -> "; the agent needs CAP_NET_ADMIN";
        };
    }

    @FunctionalInterface
    private interface Call {
        int run() throws Throwable;
    }

    private static int call(Call call) {
        try {
            return call.run();
        } catch (Throwable e) {
            throw new AssertionError("libc cannot be called", e);
        }
    }

    @Override
    public int fd() {
        return fd;
    }

    @Override
    public int read(long address, int capacity) {
        return io.read(fd, address, capacity);
    }

    @Override
    public int write(long address, int length) {
        return io.write(fd, address, length);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        arena.close();
        try {
            Descriptors.close(fd);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
