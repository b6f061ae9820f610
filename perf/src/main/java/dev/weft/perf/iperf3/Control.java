package dev.weft.perf.iperf3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * One iperf3 control connection: single bytes of state, and JSON documents behind a 32-bit big-endian length. One thread.
 * Every read has a limit in time and in size, so that a stranger can hold neither the thread nor the memory.
 */
final class Control implements AutoCloseable {
    /** 36 characters and a zero. */
    static final int COOKIE_BYTES = 37;
    static final int MAX_PARAMETERS = 8 * 1024;
    static final int MAX_RESULTS = 1024 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final LongSupplier nanos;

    Control(SocketChannel channel, LongSupplier nanos) throws IOException {
        this.channel = channel;
        this.nanos = nanos;
        channel.socket().setTcpNoDelay(true);
    }

    InetAddress peer() {
        return channel.socket().getInetAddress();
    }

    /** @return the state the other end sent, or null when it sent nothing for so long */
    State awaitState(Duration wait) throws IOException {
        channel.socket().setSoTimeout((int) Math.max(1, wait.toMillis()));
        try {
            int value = channel.socket().getInputStream().read();
            if (value < 0) {
                throw new EOFException("the other end closed the control connection");
            }
            return State.of((byte) value);
        } catch (SocketTimeoutException nothing) {
            return null;
        }
    }

    /** Reads the state that must come now; a refusal becomes the words of the refusal. */
    void expect(State wanted, Duration limit) throws IOException {
        State state = awaitState(limit);
        if (state == null) {
            throw new ProtocolException("no " + wanted + " from the other end within " + limit.toSeconds() + " s");
        }
        if (state != wanted) {
            throw refused(state, "instead of " + wanted);
        }
    }

    /** What a state that nobody waited for means. */
    IOException refused(State state, String context) throws IOException {
        return switch (state) {
            case ACCESS_DENIED -> new ProtocolException("the server is busy with another test; try again later");
            case SERVER_TERMINATE -> new ProtocolException("the server has ended the test");
            case CLIENT_TERMINATE -> new ProtocolException("the client has ended the test");
            case SERVER_ERROR -> {
                ByteBuffer codes = ByteBuffer.wrap(read(8, Duration.ofSeconds(5)));
                int code = codes.getInt();
                yield new ProtocolException("the server refused: " + Refusal.words(code), code);
            }
            default -> new ProtocolException("the other end sent " + state + " " + context);
        };
    }

    void send(State state) throws IOException {
        OutputStream out = channel.socket().getOutputStream();
        out.write(state.wire());
        out.flush();
    }

    /** Ends the test as iperf3 does: the state, its number for the reason, and no errno. */
    void refuse(int code) throws IOException {
        channel.socket().getOutputStream().write(ByteBuffer.allocate(9).put(State.SERVER_ERROR.wire()).putInt(code).putInt(0).array());
    }

    void sendCookie(String cookie) throws IOException {
        sendCookie(channel, cookie);
    }

    static void sendCookie(SocketChannel channel, String cookie) throws IOException {
        channel.socket().getOutputStream().write(Arrays.copyOf(cookie.getBytes(StandardCharsets.US_ASCII), COOKIE_BYTES));
    }

    String readCookie(Duration limit) throws IOException {
        byte[] bytes = read(COOKIE_BYTES, limit);
        return new String(bytes, 0, COOKIE_BYTES - 1, StandardCharsets.ISO_8859_1);
    }

    void sendJson(JsonNode document) throws IOException {
        byte[] text = JSON.writeValueAsBytes(document);
        channel.socket().getOutputStream().write(ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array());
    }

    /** @param maxBytes longer documents are refused before anything is allocated */
    JsonNode readJson(int maxBytes, Duration limit) throws IOException {
        int length = ByteBuffer.wrap(read(4, limit)).getInt();
        if (length <= 0 || length > maxBytes) {
            throw new ProtocolException("a JSON document of " + Integer.toUnsignedString(length) + " bytes is not allowed, the limit is "
                    + maxBytes);
        }
        try {
            JsonNode document = JSON.readTree(read(length, limit));
            if (!document.isObject()) {
                throw new ProtocolException("the other end sent JSON that is not an object");
            }
            return document;
        } catch (JsonProcessingException garbage) {
            throw new ProtocolException("the other end sent something that is not JSON: " + garbage.getOriginalMessage());
        }
    }

    private byte[] read(int count, Duration limit) throws IOException {
        byte[] bytes = new byte[count];
        long deadline = nanos.getAsLong() + limit.toNanos();
        int done = 0;
        while (done < count) {
            long left = deadline - nanos.getAsLong();
            if (left <= 0) {
                throw new ProtocolException("only " + done + " of " + count + " bytes came within " + limit.toSeconds() + " s");
            }
            channel.socket().setSoTimeout((int) Math.max(1, left / 1_000_000));
            try {
                int n = channel.socket().getInputStream().read(bytes, done, count - done);
                if (n < 0) {
                    throw new EOFException("the other end closed the control connection after " + done + " of " + count + " bytes");
                }
                done += n;
            } catch (SocketTimeoutException late) {
                // The deadline decides.
            }
        }
        return bytes;
    }

    SocketChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException gone) {
            // There is nothing left to do with it.
        }
    }
}
