package dev.weft.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks an agent over its unix socket: one GET a connection. */
final class ControlClient {
    private static final int MAX_ANSWER_BYTES = 256 << 20;

    private final Path socket;

    ControlClient(Path socket) {
        this.socket = socket;
    }

    /**
     * @return the body of the answer
     * @throws IOException when there is no agent, it refuses the caller, or answers with an error; says the remedy
     */
    String get(String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            connect(channel);
            channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.1\r\nHost: weft\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
            return body(path, readAll(channel));
        }
    }

    private void connect(SocketChannel channel) throws IOException {
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            String why = !Files.exists(socket) ? "there is no agent socket " + socket
                    + "; start the agent (weft agent --config FILE) or name its socket with --socket"
                    : "the agent does not answer on " + socket + " (" + e.getMessage() + "); is it running, and are you root?";
            throw new IOException(why, e);
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (all.size() > MAX_ANSWER_BYTES) {
                throw new IOException("the agent's answer is larger than " + MAX_ANSWER_BYTES + " bytes");
            }
        }
        return all.toByteArray();
    }

    private String body(String path, byte[] answer) throws IOException {
        String text = new String(answer, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        String[] status = text.split(" ", 3);
        if (end < 0 || status.length < 3 || !status[0].startsWith("HTTP/1.")) {
            throw new IOException("what answers on " + socket + " is not a Weft agent" + (answer.length == 0 ? ": it closed at once" : ""));
        }
        String body = text.substring(end + 4);
        if (!status[1].equals("200")) {
            throw new IOException("the agent answered " + path + " with " + status[1] + ": " + body);
        }
        return body;
    }
}
