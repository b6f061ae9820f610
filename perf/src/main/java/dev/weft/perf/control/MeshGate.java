package dev.weft.perf.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Consumer;

/** Who may have this host measure towards others: only those who know the secret, only within limits, and only towards known hosts. */
final class MeshGate {
    private static final int NONCE_BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final PerfServer.Mesh mesh;
    private final Consumer<String> log;

    /** @param mesh null when this host does nothing for others */
    MeshGate(PerfServer.Mesh mesh, Consumer<String> log) {
        this.mesh = mesh;
        this.log = log;
    }

    /** @return what to do, or null when the asker was refused and told why */
    MeshOrder admit(Wire wire, JsonNode request) throws IOException {
        if (mesh == null) {
            return refuse(wire, "this server measures for nobody; start it with: weft perf server --mesh TOKEN_FILE");
        }
        String order = request.path("order").asText();
        byte[] random = new byte[NONCE_BYTES];
        RANDOM.nextBytes(random);
        String nonce = Base64.getEncoder().encodeToString(random);
        wire.send(Wire.message("challenge").put("nonce", nonce));
        JsonNode answer = wire.receive(PerfServer.REQUEST_MILLIS);
        if (!Wire.type(answer).equals("proof") || !mesh.token().accepts(nonce, order, answer.path("proof").asText())) {
            log.accept(wire.remoteHost() + " wanted this host to measure for it and does not know the token");
            return refuse(wire, "the token is not the one of this host; --token must name the same secret as its --mesh");
        }
        return judge(wire, order);
    }

    private MeshOrder judge(Wire wire, String text) throws IOException {
        MeshOrder order;
        try {
            order = Wire.JSON.readValue(text, MeshOrder.class);
        } catch (JsonProcessingException e) {
            return refuse(wire, "the order cannot be read: " + Reason.of(e));
        }
        String problem = order == null ? "there is no order" : order.problem();
        if (problem == null && !isTarget(order.host())) {
            problem = order.host() + " is not an address in this server's list of hosts (--hosts)";
        }
        return problem != null ? refuse(wire, problem) : order;
    }

    /** Only addresses count when there is a list: what a name means could change after it was looked up. */
    private boolean isTarget(String host) {
        try {
            return mesh.targets().isEmpty() || mesh.targets().contains(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static MeshOrder refuse(Wire wire, String reason) throws IOException {
        wire.send(Wire.message("refused").put("reason", reason));
        return null;
    }
}
