package dev.weft.tun;

import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import dev.weft.linux.DeviceIo;
import dev.weft.linux.Libc;
import dev.weft.linux.LinuxException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * One queue of a persistent multi-queue TUN device with virtio headers and offloads (linux/if_tun.h). The device outlives the process:
 * addresses and routes on it stay when the agent is killed, and the next agent attaches to it again by name.
 *
 * <p>Opened by any thread; read, written and closed by the lane's.
 */
public final class TunQueue implements PacketQueue {
    private static final int O_RDWR = 2;
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

    private final Arena arena = Arena.ofShared();
    private final DeviceIo io = new DeviceIo(arena);
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
        int fd;
        try {
            fd = Libc.open("/dev/net/tun", O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        } catch (LinuxException e) {
            throw new IOException("cannot open /dev/net/tun: " + Errno.describe(e.errno()) + openRemedy(e.errno()), e);
        }
        try (Arena scratch = Arena.ofConfined()) {
            configure(fd, name, scratch);
            return new TunQueue(fd);
        } catch (IOException e) {
            Descriptors.close(fd);
            throw e;
        }
    }

    private static void configure(int fd, String name, Arena scratch) throws IOException {
        MemorySegment ifreq = scratch.allocate(IFREQ_SIZE, 8);
        ifreq.setString(0, name);
        ifreq.set(ValueLayout.JAVA_SHORT, IFNAMSIZ, (short) (IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE));
        int attached = Libc.ioctl(fd, TUNSETIFF, ifreq.address());
        if (attached < 0) {
            throw new IOException("cannot attach to TUN device " + name + ": " + Errno.describe(-attached) + remedy(-attached, name));
        }
        MemorySegment headerSize = scratch.allocateFrom(ValueLayout.JAVA_INT, dev.weft.frame.FrameHeader.VIRTIO_LENGTH);
        check(Libc.ioctl(fd, TUNSETVNETHDRSZ, headerSize.address()), "cannot set the virtio header size of " + name);
        long offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
        if (Libc.ioctl(fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6) < 0) { // Linux before 6.2 knows no USO
            check(Libc.ioctl(fd, TUNSETOFFLOAD, offloads), "cannot set offloads of " + name);
        }
        check(Libc.ioctl(fd, TUNSETPERSIST, 1), "cannot make " + name + " persistent");
    }

    private static void check(int result, String failure) throws IOException {
        if (result < 0) {
            throw new IOException(failure + ": " + Errno.describe(-result));
        }
    }

    private static String openRemedy(int errno) {
        return errno == Errno.EACCES ? "; run the agent as root, or let others open the device (chmod 0666 /dev/net/tun, as udev does)"
                : "; the agent needs the tun module (modprobe tun)";
    }

    private static String remedy(int errno, String name) {
        return switch (errno) {
            case Errno.EBUSY -> "; another process holds it: is an agent running already?";
            case Errno.EINVAL -> "; it exists with other flags or is no TUN device: remove it (ip link delete " + name
                    + ") or name another in the configuration";
            default -> "; the agent needs CAP_NET_ADMIN";
        };
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
