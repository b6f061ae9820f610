package dev.weft.perf.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.config.AgentConfig;
import dev.weft.directory.HostsFile;
import dev.weft.perf.measure.AgentSocket;
import dev.weft.perf.transport.Reason;
import dev.weft.yaml.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds out which hosts there are: from a directory's file, or from what this host's agent knows. */
public final class MeshHosts {
    private MeshHosts() {
    }

    /** @throws IOException when the file cannot be read or is no list of hosts; says what is wrong in which line */
    public static List<MeshHost> inFile(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no directory file " + file + "; --hosts takes the YAML file with the hosts of the agents");
        }
        HostsFile.Parsed parsed = new HostsFile(List.of(), AgentConfig.DEFAULT_PORT).parse(Files.readString(file));
        if (!parsed.findings().isEmpty()) {
            throw new IOException(file + ": " + String.join("; ", parsed.findings()));
        }
        return parsed.hosts().stream().map(host -> new MeshHost(host.id(), host.underlay().getAddress().getHostAddress())).toList();
    }

    /** @throws IOException when there is no agent */
    public static List<MeshHost> ofAgent(AgentSocket agent) throws IOException {
        List<MeshHost> hosts = new ArrayList<>();
        JsonNode peers;
        try {
            JsonNode own = agent.get("/v1/status");
            hosts.add(new MeshHost(own.path("host").asText(), withoutPort(own.path("underlay").asText())));
            peers = agent.get("/v1/peers").path("peers");
        } catch (IOException e) {
            throw new IOException("no agent of this host tells which hosts there are (" + Reason.of(e) + "); name the file of the "
                    + "directory with --hosts, or the agent's socket with --agent-socket", e);
        }
        peers.forEach(peer -> hosts.add(new MeshHost(peer.path("peer").asText(), withoutPort(peer.path("underlay").asText()))));
        return List.copyOf(hosts);
    }

    /** {@code 192.0.2.1:4790} and {@code [2001:db8::1]:4790}. */
    private static String withoutPort(String underlay) {
        String address = underlay.substring(0, Math.max(0, underlay.lastIndexOf(':')));
        return address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
    }

    /**
     * @param ids wanted; empty for all
     * @return those of the hosts, in their order
     * @throws IllegalArgumentException when one is unknown, with the nearest, or fewer than two are left
     */
    public static List<MeshHost> only(List<MeshHost> hosts, List<String> ids) {
        List<String> known = hosts.stream().map(MeshHost::id).toList();
        for (String id : ids) {
            if (!known.contains(id)) {
                String nearest = NearestName.of(id, known);
                throw new IllegalArgumentException("there is no host '" + id + "'" + (nearest == null ? "" : ", did you mean '" + nearest
                        + "'?") + "; there are: " + String.join(", ", known));
            }
        }
        List<MeshHost> chosen = hosts.stream().filter(host -> ids.isEmpty() || ids.contains(host.id())).toList();
        if (chosen.size() < 2) {
            throw new IllegalArgumentException("a mesh needs two hosts, and there " + (chosen.isEmpty() ? "is none" : "is one: "
                    + chosen.getFirst().id()) + "; known: " + String.join(", ", known));
        }
        return chosen;
    }
}
