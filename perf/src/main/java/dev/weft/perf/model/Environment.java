package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * What a reader must know of a host to judge its figures. Unknown is null.
 *
 * @param host          host name
 * @param weft          version of the tool
 * @param kernel        release and machine
 * @param cpu           model
 * @param cpus          processors this process may use
 * @param governor      frequency governor of processor 0, or that there is none
 * @param memoryBytes   of the machine
 * @param jdk           vendor and version
 * @param gc            collectors in use
 * @param nic           interface that carried the run
 * @param nicDriver     its driver
 * @param mtu           its MTU
 * @param offloads      its features by ethtool's names: {@code on} or {@code off}
 * @param loadAverage   over one minute, before the run
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Environment(String host, String weft, String kernel, String cpu, Integer cpus, String governor, Long memoryBytes, String jdk,
        String gc, String nic, String nicDriver, Integer mtu, Map<String, String> offloads, Double loadAverage) {

    public Environment {
        offloads = offloads == null ? Map.of() : Map.copyOf(offloads);
    }
}
