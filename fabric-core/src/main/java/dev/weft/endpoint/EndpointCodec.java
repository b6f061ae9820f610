package dev.weft.endpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.network.IpAddresses;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The content of an endpoint's file: one JSON object in one canonical form.
 *
 * <pre>{@code
 * {"version":1,"checksum":"<CRC-32C of the same document with an empty checksum, 8 hex digits>","bootId":"...","state":"ATTACHED",
 *  "endpoint":{"network","containerId","ifName","vni","slot","hostInterface","mac","ipv4","ipv6","netns","netnsInode",
 *  ["settings"]},"notes":{...}}
 * }</pre>
 *
 * A file that is not byte for byte what {@link #encode} makes of its own content is damaged.
 */
final class EndpointCodec {
    static final int VERSION = 1;
    private static final ObjectMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    /** What a file holds. */
    record Decoded(String bootId, StoredEndpoint stored) {
    }

    /** The file cannot be used; the message says why. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    private EndpointCodec() {
    }

    static byte[] encode(String bootId, StoredEndpoint stored) {
        ObjectNode document = JSON.createObjectNode();
        document.put("version", VERSION).put("checksum", "").put("bootId", bootId).put("state", stored.state().name());
        Endpoint e = stored.endpoint();
        ObjectNode endpoint = document.putObject("endpoint");
        endpoint.put("network", e.key().network()).put("containerId", e.key().containerId())
                .put("ifName", e.key().ifName()).put("vni", e.vni()).put("slot", e.slot()).put("hostInterface", e.hostInterface())
                .put("mac", e.mac()).put("ipv4", e.ipv4() == null ? null : IpAddresses.format(e.ipv4()))
                .put("ipv6", e.ipv6() == null ? null : IpAddresses.format(e.ipv6())).put("netns", e.netns())
                .put("netnsInode", e.netnsInode());
        if (!e.settings().equals(EndpointSettings.NONE)) {
            endpoint.put("settings", e.settings().text());
        }
        ObjectNode notes = document.putObject("notes");
        new TreeMap<>(stored.notes()).forEach(notes::put);
        document.put("checksum", checksum(bytes(document)));
        return bytes(document);
    }

    static Decoded decode(byte[] content) throws DamagedException {
        Decoded decoded;
        try {
            JsonNode document = JSON.readTree(content);
            int version = document.path("version").asInt(-1);
            if (version != VERSION) {
                throw new DamagedException("has version " + document.path("version") + ", this agent reads version " + VERSION
                        + "; run the agent that wrote it, or remove the file when its container is gone");
            }
            decoded = new Decoded(text(document, "bootId"), stored(document));
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            throw new DamagedException("cannot be read: " + firstLine(e));
        }
        if (!Arrays.equals(content, encode(decoded.bootId, decoded.stored))) {
            throw new DamagedException("does not match its checksum");
        }
        return decoded;
    }

    private static StoredEndpoint stored(JsonNode document) {
        JsonNode e = document.path("endpoint");
        EndpointKey key = new EndpointKey(text(e, "network"), text(e, "containerId"), text(e, "ifName"));
        Endpoint endpoint = new Endpoint(key, e.path("vni").asInt(), e.path("slot").asInt(), text(e, "hostInterface"), text(e, "mac"),
                (Inet4Address) address(e.path("ipv4")), (Inet6Address) address(e.path("ipv6")), text(e, "netns"),
                e.path("netnsInode").asLong(), e.has("settings") ? EndpointSettings.parse(text(e, "settings")) : EndpointSettings.NONE);
        Map<String, String> notes = new TreeMap<>();
        document.path("notes").properties().forEach(note -> notes.put(note.getKey(), note.getValue().asText()));
        return new StoredEndpoint(StoredEndpoint.State.valueOf(text(document, "state")), endpoint, notes);
    }

    private static String text(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("'" + member + "' is not a text");
        }
        return value.textValue();
    }

    private static InetAddress address(JsonNode value) {
        return value.isTextual() ? IpAddresses.parse(value.textValue()) : null;
    }

    private static byte[] bytes(ObjectNode document) {
        return (document.toString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String checksum(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    private static String firstLine(Exception e) {
        String message = e instanceof JacksonException j ? j.getOriginalMessage() : e.getMessage();
        return message == null ? e.toString() : message.lines().findFirst().orElse("");
    }
}
