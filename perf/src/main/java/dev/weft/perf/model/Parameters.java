package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What was asked for.
 *
 * @param transport     requested transport: memory, tcp, udp, unix, link, verbs, aeron
 * @param test          what was measured
 * @param host          server, as the user named it
 * @param messageBytes  size of a message
 * @param streams       messages travel on this many streams at once
 * @param direction     forward, reverse or both
 * @param loop          {@code closed}: the next message when the last is done; {@code open}: by the clock
 * @param ratePerSecond messages a second over all streams of an open loop; null when closed
 * @param durationNanos measured time of a repeat; null when counted
 * @param count         messages of a repeat over all streams; null when timed
 * @param warmUpNanos   cut off before the measured time
 * @param intervalNanos length of an interval of the series
 * @param repeats       how often
 * @param idle          {@code block} or {@code spin}: what a thread does when there is nothing to do
 * @param clientCpus    processors the client's streams were bound to; empty for none
 * @param serverCpus    processors the server's streams were bound to; empty for none
 * @param options       further options of the transport, by name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Parameters(String transport, TestKind test, String host, int messageBytes, int streams, Direction direction, Loop loop,
        Double ratePerSecond, Long durationNanos, Long count, long warmUpNanos, long intervalNanos, int repeats, String idle,
        List<Integer> clientCpus, List<Integer> serverCpus, Map<String, String> options) {

    public Parameters {
        clientCpus = clientCpus == null ? List.of() : List.copyOf(clientCpus);
        serverCpus = serverCpus == null ? List.of() : List.copyOf(serverCpus);
        options = options == null ? Map.of() : Map.copyOf(options);
    }
}
