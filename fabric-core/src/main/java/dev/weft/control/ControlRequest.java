package dev.weft.control;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One request on the agent's control socket, whole and already bounded in size by the server.
 *
 * @param method  upper case, {@code GET}, {@code POST}
 * @param path    without the query, {@code /cni/v1}
 * @param headers by lower-case name; of a header that came twice, the last
 * @param body    empty when there is none; the handler may keep it
 */
public record ControlRequest(String method, String path, Map<String, String> headers, byte[] body) {

    public ControlRequest {
        Map<String, String> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        headers = Map.copyOf(lower);
    }

    /** The value of the header {@code name}, whatever its case, or the empty string. */
    public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
}
