package dev.weft.perf.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/** The coordinator's side towards one host of a mesh: has it measure towards another. Any thread; each call has a connection of its own. */
public final class MeshClient {
    private static final int SILENCE_MILLIS = 5 * MeshRun.SIGN_OF_LIFE_MILLIS;
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final MeshToken token;

    public MeshClient(MeshToken token) {
        this.token = token;
    }

    /**
     * Looks whether a host can take part.
     *
     * @return null when it can, else a sentence
     */
    public String obstacle(String host, int port) {
        try (Wire wire = ServerLine.open(host, port)) {
            wire.send(Wire.message("hello"));
            return ServerLine.expect(wire, host, "hello").path("mesh").asBoolean() ? null
                    : "the server on " + host + " measures for nobody; start it with: weft perf server --mesh TOKEN_FILE";
        } catch (IOException e) {
            return Reason.of(e);
        }
    }

    /**
     * Has {@code from} carry out an order. A host that is busy is asked again for some seconds.
     *
     * @throws IOException when nothing was measured, with the reason
     */
    public RunResult measure(String from, int port, MeshOrder order) throws IOException {
        return WhileBusy.retry(() -> {
            try (Wire wire = ServerLine.open(from, port)) {
                return ask(wire, from, order);
            }
        });
    }

    private RunResult ask(Wire wire, String from, MeshOrder order) throws IOException {
        String request = Wire.JSON.writeValueAsString(order);
        wire.send(Wire.message("measure").put("order", request));
        String nonce = ServerLine.expect(wire, from, "challenge").path("nonce").asText();
        wire.send(Wire.message("proof").put("proof", token.proof(nonce, request)));
        long deadline = System.nanoTime() + order.plan().warmUpNanos() + order.plan().durationNanos() + GRACE_NANOS;
        while (System.nanoTime() - deadline < 0) {
            JsonNode message;
            try {
                message = wire.receive(SILENCE_MILLIS);
            } catch (SocketTimeoutException e) {
                throw new PerfException(from + " has been silent for " + SILENCE_MILLIS / 1000 + " s", e);
            }
            switch (Wire.type(message)) {
                case "measuring" -> { }
                case "measured" -> {
                    return result(from, message);
                }
                case "busy" -> throw PerfException.busy(message.path("reason").asText());
                case "refused" -> throw new PerfException(message.path("reason").asText());
                default -> throw new PerfException(message == null ? from + " went away" : from + " answered '" + Wire.type(message) + "'");
            }
        }
        throw new PerfException(from + " did not end its measurement in time");
    }

    private static RunResult result(String from, JsonNode message) throws IOException {
        try {
            return Wire.JSON.treeToValue(message.path("run"), RunResult.class);
        } catch (JsonProcessingException e) {
            throw new PerfException("the result of " + from + " cannot be read: " + e.getOriginalMessage(), e);
        }
    }
}
