package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What really carried the messages.
 *
 * @param transport     transport used; differs from the requested one only for {@code link}, which tells its kind ({@code link-tcp},
 *                      {@code link-rdma})
 * @param description   for people: addresses, device, queue pair
 * @param fabric        path of the Weft session between the two hosts ({@code rdma}, {@code tcp}, {@code changing}); null when no agent
 *                      was asked
 * @param fallbacks     times a session of the agents left RDMA during the run; null when no agent was asked
 * @param stalls        times a packet waited for a link, or a lane stalled, during the run; null when no agent was asked
 * @param counters      agents' counters that moved during the run, by {@code HOST.NAME}
 * @param remarks       sentences: why there is no RDMA, what an agent said
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PathUsed(String transport, String description, String fabric, Long fallbacks, Long stalls, Map<String, Long> counters,
        List<String> remarks) {

    public PathUsed {
        counters = counters == null ? Map.of() : Map.copyOf(counters);
        remarks = remarks == null ? List.of() : List.copyOf(remarks);
    }

    public static PathUsed of(String transport, String description) {
        return new PathUsed(transport, description, null, null, null, Map.of(), List.of());
    }
}
