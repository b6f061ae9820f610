package dev.weft.perf.transport;

import dev.weft.linux.Errno;
import dev.weft.linux.Memory;
import java.io.IOException;
import java.nio.channels.DatagramChannel;

/**
 * One datagram a message on a connected UDP socket. Datagrams of {@link #GREETING_BYTES} bytes are greetings: the connecting end repeats
 * them until the accepting end answers with the same, and either may still arrive late.
 */
final class DatagramTransceiver extends SocketTransceiver {
    static final int GREETING_BYTES = 16;
    static final long GREETING = 0x574546545045_5246L; // "WEFTPERF"
    static final int MAX_BYTES = 65_507;
    private static final int ECONNREFUSED = 111;
    private static final int ENOBUFS = 105;

    private final long token;
    private final boolean answers;
    private final boolean spin;
    private final long receiveMemory;
    private final long greeting;
    private int held;

    DatagramTransceiver(DatagramChannel channel, int fd, StreamSetup setup, boolean answers) throws IOException {
        super(channel, fd, setup.messageBytes(), channel.getRemoteAddress());
        this.token = setup.token();
        this.answers = answers;
        spin = setup.spin();
        receiveMemory = arena.allocate(MAX_BYTES, 64).address();
        greeting = arena.allocate(GREETING_BYTES, 8).address();
        Memory.putLongBigEndian(greeting, GREETING);
        Memory.putLongBigEndian(greeting + Long.BYTES, token);
    }

    @Override
    void push() {
        int written = io.write(fd, sendMemory, sendTo);
        if (written >= 0 || written == -ENOBUFS) {
            sendFrom = sendTo; // a datagram the host itself drops is lost like any other
        } else if (written != -Errno.EAGAIN && written != -Errno.EINTR) {
            broken = true;
        }
    }

    @Override
    public int poll(MessageHandler handler, int limit) {
        int delivered = 0;
        while (delivered < limit) {
            if (held == 0) {
                int read = io.read(fd, receiveMemory, MAX_BYTES);
                if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
                    return delivered;
                }
                if (read == -ECONNREFUSED || read < 0) {
                    broken = true;
                    return delivered > 0 ? delivered : CLOSED;
                }
                held = read;
            }
            if (held == GREETING_BYTES) {
                answerGreeting();
                held = 0;
                continue;
            }
            if (!handler.onMessage(receiveMemory, held)) {
                return delivered;
            }
            held = 0;
            delivered++;
            if (!spin) {
                return delivered; // the next read might sleep
            }
        }
        return delivered;
    }

    private void answerGreeting() {
        if (answers && Memory.getLongBigEndian(receiveMemory) == GREETING && Memory.getLongBigEndian(receiveMemory + Long.BYTES) == token) {
            io.write(fd, greeting, GREETING_BYTES);
        }
    }

    @Override
    public void endSending() {
        flush();
    }

    @Override
    public long retransmits() {
        return -1;
    }
}
