package dev.weft.perf.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** The control connection to a server, from the caller's side: what goes wrong becomes a sentence with a remedy. */
final class ServerLine {
    private static final int CONNECT_MILLIS = 3000;
    private static final int STEP_MILLIS = 15_000;

    private ServerLine() {
    }

    /**
     * Connects and exchanges greetings.
     *
     * @throws PerfException when there is no server, or one of another kind or version
     */
    static Wire open(String host, int port) throws IOException {
        Wire wire = new Wire(connect(host, port), Wire.MAX_ANSWER_BYTES);
        try {
            greet(wire, host, port);
            return wire;
        } catch (IOException | RuntimeException e) {
            wire.close();
            throw e;
        }
    }

    private static Socket connect(String host, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            return socket;
        } catch (UnknownHostException | IllegalArgumentException e) {
            socket.close();
            throw new PerfException("there is no host '" + host + "'", e);
        } catch (ConnectException e) {
            socket.close();
            throw new PerfException("nothing listens on " + host + " port " + port + "; start it there: weft perf server"
                    + (port == PerfServer.DEFAULT_PORT ? "" : " --port " + port), e);
        } catch (SocketTimeoutException | NoRouteToHostException e) {
            socket.close();
            throw new PerfException(host + " port " + port + " cannot be reached: " + Reason.of(e)
                    + "; is the address right, and does a firewall let it through?", e);
        } catch (IOException e) {
            socket.close();
            throw new PerfException("cannot connect to " + host + " port " + port + ": " + Reason.of(e), e);
        }
    }

    private static void greet(Wire wire, String host, int port) throws IOException {
        wire.sendGreeting(Wire.VERSION);
        int version;
        try {
            version = wire.readGreeting(CONNECT_MILLIS);
        } catch (SocketTimeoutException e) {
            throw new PerfException("what listens on " + host + " port " + port + " does not answer like a weft perf server"
                    + " (for iperf3 servers use --iperf3)", e);
        } catch (IOException e) {
            throw new PerfException("the server on " + host + " port " + port + " closed the connection: too many clients at once, or "
                    + "it is no weft perf server", e);
        }
        if (version < 0) {
            throw new PerfException("what listens on " + host + " port " + port + " is no weft perf server, or it has too many clients"
                    + " at once (for iperf3 servers use --iperf3)");
        }
        if (version != Wire.VERSION) {
            throw new PerfException("the server on " + host + " speaks version " + version + " of the protocol, this client "
                    + Wire.VERSION + "; use the same weft at both ends");
        }
    }

    /**
     * The next message, which must be of a type.
     *
     * @throws PerfException when the server refuses, is busy, says something else or nothing in time
     */
    static JsonNode expect(Wire wire, String host, String type) throws IOException {
        JsonNode message;
        try {
            message = wire.receive(STEP_MILLIS);
        } catch (SocketTimeoutException e) {
            throw new PerfException("the server on " + host + " did not answer within " + STEP_MILLIS / 1000 + " s", e);
        }
        String got = Wire.type(message);
        if (got.equals("busy")) {
            throw PerfException.busy(message.path("reason").asText());
        }
        if (got.equals("refused")) {
            throw new PerfException("the server on " + host + " refused: " + message.path("reason").asText());
        }
        if (!got.equals(type)) {
            throw new PerfException("the server on " + host + " answered '" + got + "' instead of '" + type + "'");
        }
        return message;
    }
}
