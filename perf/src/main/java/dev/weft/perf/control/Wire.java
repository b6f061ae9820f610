package dev.weft.perf.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The control connection: a greeting line each way, then messages. One reading thread; sending from any. */
final class Wire implements AutoCloseable {
    static final String NAME = "WEFT-PERF ";
    static final int VERSION = 1;
    static final int MAX_REQUEST_BYTES = 64 << 10;
    static final int MAX_ANSWER_BYTES = 64 << 20;
    static final ObjectMapper JSON = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private static final int MAX_GREETING_BYTES = 64;
    private static final String TYPE = "type";

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final int maxBytes;

    /**
     * @param maxBytes longest message the other end may send
     */
    Wire(Socket socket, int maxBytes) throws IOException {
        this.socket = socket;
        this.maxBytes = maxBytes;
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    void sendGreeting(int version) throws IOException {
        out.write((NAME + version + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads the other end's greeting.
     *
     * @return its version, or -1 when it is something else
     * @throws java.net.SocketTimeoutException when it says too little in time
     */
    int readGreeting(int timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        StringBuilder line = new StringBuilder();
        while (line.length() < MAX_GREETING_BYTES) {
            socket.setSoTimeout((int) Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            int next = in.read();
            if (next < 0 || line.length() < NAME.length() && next != NAME.charAt(line.length())) {
                return -1;
            }
            if (next == '\n') {
                String version = line.substring(NAME.length());
                return version.matches("[0-9]{1,6}") ? Integer.parseInt(version) : -1;
            }
            line.append((char) next);
        }
        return -1;
    }

    static ObjectNode message(String type) {
        return JSON.createObjectNode().put(TYPE, type);
    }

    static String type(JsonNode message) {
        return message == null ? "end of the connection" : message.path(TYPE).asText();
    }

    synchronized void send(ObjectNode message) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(message);
        byte[] framed = new byte[bytes.length + Integer.BYTES];
        java.nio.ByteBuffer.wrap(framed).putInt(bytes.length).put(bytes);
        out.write(framed);
        out.flush();
    }

    /**
     * @param timeoutMillis longest silence
     * @return the next message, or null when the other end closed
     * @throws java.net.SocketTimeoutException after the time
     * @throws IOException                     when what came is no message, or too long
     */
    JsonNode receive(int timeoutMillis) throws IOException {
        socket.setSoTimeout(timeoutMillis);
        int length;
        try {
            length = in.readInt();
        } catch (EOFException e) {
            return null;
        }
        if (length < 2 || length > maxBytes) {
            throw new IOException("a message of " + length + " bytes; allowed are 2 to " + maxBytes);
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            return null;
        }
        try {
            return JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new IOException("a message that is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    String remoteHost() {
        return socket.getInetAddress().getHostAddress();
    }

    java.net.InetAddress localAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
