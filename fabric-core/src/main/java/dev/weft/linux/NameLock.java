package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A name that one process of a network namespace can hold: an abstract unix socket (unix(7)). The kernel frees it with the process,
 * however that ends, and there is no file that could be left behind.
 */
public final class NameLock implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 02000000;

    private final int fd;
    private boolean closed;

    private NameLock(int fd) {
        this.fd = fd;
    }

    /**
     * Takes the name in the network namespace of the calling thread.
     *
     * @return null when somebody holds it
     */
    public static NameLock take(String name) throws IOException {
        int fd = Libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            MemorySegment address = arena.allocate(3 + bytes.length, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX); // a zero follows: abstract
            MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 3, bytes.length);
            Libc.bind(fd, address);
            return new NameLock(fd);
        } catch (LinuxException e) {
            Descriptors.close(fd);
            if (e.errno() == Errno.EADDRINUSE) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            Descriptors.close(fd);
        }
    }
}
