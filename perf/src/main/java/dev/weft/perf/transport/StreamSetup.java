package dev.weft.perf.transport;

import java.util.Map;

/**
 * How a stream is opened.
 *
 * @param host         connecting: the other end as the user named it; listening: address to bind to, empty for all
 * @param port         listening: port to bind to, 0 for any
 * @param token        what strangers do not know
 * @param messageBytes size of every message of the stream
 * @param spin         never sleep
 * @param options      by name, see {@link SocketSettings} and the transports
 */
public record StreamSetup(String host, int port, long token, int messageBytes, boolean spin, Map<String, String> options) {

    public StreamSetup {
        options = Map.copyOf(options);
    }

    /** @return the option's value, or the default */
    public String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }
}
