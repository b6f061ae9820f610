package dev.weft.perf.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The layers between two Weft hosts, lowest first. */
public enum Layer {
    /** TCP sockets of the hosts themselves, without Weft: what the wire and the kernel give. */
    WIRE("tcp", false),
    /** The RDMA device through verbs, without links. */
    VERBS("verbs", false),
    /** Frames on a bare link, without TUN, session and container. */
    LINK("link", false),
    /** TCP sockets of containers, over Weft. */
    SOCKET("tcp", true),
    /** Aeron messages of containers, over Weft. */
    MESSAGE("aeron", true);

    private final String transport;
    private final boolean betweenContainers;

    Layer(String transport, boolean betweenContainers) {
        this.transport = transport;
        this.betweenContainers = betweenContainers;
    }

    /** The transport that measures it. */
    public String transport() {
        return transport;
    }

    /** Whether both ends are in containers rather than on the hosts. */
    public boolean betweenContainers() {
        return betweenContainers;
    }

    /** Lower-case form, as on the command line and in the JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(Layer::label).toList();
    }
}
