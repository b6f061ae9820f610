package dev.weft.rdma.verbs;

/**
 * A device as the system lists it, not opened.
 *
 * @param name kernel's name, {@code mlx5_0} or {@code siw0}
 * @param kind what it speaks on the wire
 */
public record RdmaDevice(String name, Kind kind) {

    /** What a device speaks on the wire. */
    public enum Kind {
        /** RDMA over TCP (RFC 5040): no immediates, the active side speaks first. */
        IWARP("iWARP"),
        /** InfiniBand's transport; over Ethernet it is RoCE, which the port's link layer tells. */
        INFINIBAND("InfiniBand/RoCE"),
        UNKNOWN("unknown");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** For people. */
        public String label() {
            return label;
        }
    }
}
