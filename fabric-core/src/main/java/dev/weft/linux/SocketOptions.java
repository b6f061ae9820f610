package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Options of sockets that {@link java.net.StandardSocketOptions} lacks (socket(7), tcp(7)). Any thread; never blocks. */
public final class SocketOptions {
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_BUSY_POLL = 46;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final int TCP_CONGESTION = 13;
    /** Offset of tcpi_total_retrans in struct tcp_info (linux/tcp.h): 8 bytes of flags, then 32-bit fields. */
    private static final int TOTAL_RETRANS_OFFSET = 100;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final MethodHandle SET = handle("setsockopt", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle GET = handle("getsockopt", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));

    private SocketOptions() {
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name), type, Errno.CAPTURE);
    }

    /** A read or write of a blocking socket that waits longer fails with EAGAIN. */
    public static void setTimeouts(int fd, long nanos) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocateFrom(ValueLayout.JAVA_LONG, nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND / 1000);
            set(fd, SOL_SOCKET, SO_RCVTIMEO, timeval);
            set(fd, SOL_SOCKET, SO_SNDTIMEO, timeval);
        }
    }

    /** Has a blocking read look for packets in the driver this long before it sleeps. */
    public static void setBusyPoll(int fd, int micros) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            set(fd, SOL_SOCKET, SO_BUSY_POLL, arena.allocateFrom(ValueLayout.JAVA_INT, micros));
        }
    }

    /** @param algorithm name as in {@code /proc/sys/net/ipv4/tcp_available_congestion_control} */
    public static void setCongestionControl(int fd, String algorithm) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            set(fd, IPPROTO_TCP, TCP_CONGESTION, arena.allocateFrom(algorithm));
        }
    }

    /** @return segments a TCP socket has sent again since it was connected */
    public static long retransmits(int fd) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(256, 8);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) info.byteSize());
            if ((int) GET.invokeExact(Errno.segment(), fd, IPPROTO_TCP, TCP_INFO, info, length) < 0) {
                throw new LinuxException("getsockopt TCP_INFO", Errno.last());
            }
            return Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, TOTAL_RETRANS_OFFSET));
        } catch (LinuxException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("getsockopt(2) cannot be called", e);
        }
    }

    private static void set(int fd, int level, int option, MemorySegment value) throws LinuxException {
        try {
            if ((int) SET.invokeExact(Errno.segment(), fd, level, option, value, (int) value.byteSize()) < 0) {
                throw new LinuxException("setsockopt", Errno.last());
            }
        } catch (LinuxException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("setsockopt(2) cannot be called", e);
        }
    }
}
