package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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

    private static final LibcFunction GETSOCKOPT = LibcFunction.named("getsockopt");

    private SocketOptions() {
    }

    /** A read or write of a blocking socket that waits longer fails with EAGAIN. */
    public static void setTimeouts(int fd, long nanos) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocateFrom(ValueLayout.JAVA_LONG, nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND / 1000);
            Libc.setOption(fd, SOL_SOCKET, SO_RCVTIMEO, timeval);
            Libc.setOption(fd, SOL_SOCKET, SO_SNDTIMEO, timeval);
        }
    }

    /** Has a blocking read look for packets in the driver this long before it sleeps. */
    public static void setBusyPoll(int fd, int micros) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.setOption(fd, SOL_SOCKET, SO_BUSY_POLL, arena.allocateFrom(ValueLayout.JAVA_INT, micros));
        }
    }

    /** @param algorithm name as in {@code /proc/sys/net/ipv4/tcp_available_congestion_control} */
    public static void setCongestionControl(int fd, String algorithm) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.setOption(fd, IPPROTO_TCP, TCP_CONGESTION, arena.allocateFrom(algorithm));
        }
    }

    /** @return segments a TCP socket has sent again since it was connected */
    public static long retransmits(int fd) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(256, 8);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) info.byteSize());
            GETSOCKOPT.checked("getsockopt TCP_INFO", fd, IPPROTO_TCP, TCP_INFO, info.address(), length.address());
            return Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, TOTAL_RETRANS_OFFSET));
        }
    }
}
