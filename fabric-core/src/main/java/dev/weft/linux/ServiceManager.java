package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Tells the service manager how the service does: one datagram to the unix socket named by {@code NOTIFY_SOCKET} (sd_notify(3)). A name
 * that begins with {@code @} is in the abstract namespace.
 */
public final class ServiceManager {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int MAX_PATH = 107;

    private final String socket;

    /**
     * @param socket value of {@code NOTIFY_SOCKET}, or null when nobody wants to know
     */
    public ServiceManager(String socket) {
        this.socket = socket;
    }

    /** The service is up. */
    public void ready(String status) throws IOException {
        send("READY=1\nSTATUS=" + status);
    }

    public void stopping() throws IOException {
        send("STOPPING=1");
    }

    private void send(String message) throws IOException {
        if (socket == null || socket.isEmpty()) {
            return;
        }
        byte[] name = socket.getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_PATH) {
            throw new IOException("NOTIFY_SOCKET '" + socket + "' is longer than " + MAX_PATH + " bytes");
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        int fd = Libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + name.length + (name[0] == 0 ? 0 : 1), 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
            Libc.connect(fd, address);
            Libc.send(fd, arena.allocateFrom(ValueLayout.JAVA_BYTE, message.getBytes(StandardCharsets.UTF_8)));
        } finally {
            Descriptors.close(fd);
        }
    }
}
