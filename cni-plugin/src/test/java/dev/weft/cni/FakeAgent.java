package dev.weft.cni;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers every connection to a unix socket with the bytes it was told, after having read the request whole. */
final class FakeAgent implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("\r\nContent-Length: ([0-9]+)\r\n");

    private final ServerSocketChannel server;
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    private final byte[] answer;

    /**
     * @param answer what it says, or null to hang up at once
     */
    FakeAgent(Path socket, byte[] answer) throws IOException {
        this.answer = answer;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::serve);
    }

    static byte[] http(int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return ("HTTP/1.1 " + status + " Whatever\r\ncontent-length: " + bytes.length + "\r\nconnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel connection = server.accept()) {
                if (answer != null) {
                    requests.add(readRequest(connection));
                    ByteBuffer out = ByteBuffer.wrap(answer);
                    while (out.hasRemaining()) {
                        connection.write(out);
                    }
                }
            } catch (IOException e) {
                requests.add("broken: " + e);
            }
        }
    }

    private static String readRequest(SocketChannel connection) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (true) {
            String text = all.toString(StandardCharsets.ISO_8859_1);
            Matcher length = LENGTH.matcher(text);
            int head = text.indexOf("\r\n\r\n");
            if (head >= 0 && length.find() && text.length() >= head + 4 + Integer.parseInt(length.group(1))) {
                return text;
            }
            if (connection.read(buffer.clear()) < 0) {
                return text;
            }
            all.write(buffer.array(), 0, buffer.position());
        }
    }

    /** The next request, as one character a byte. */
    String request() throws InterruptedException {
        String request = requests.poll(20, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("the shim sent nothing");
        }
        return request;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
