package dev.weft.session;

/** What a host wants of RDMA, towards all peers or one. The stricter side of a session decides. */
public enum RdmaPolicy {
    /** RDMA when it can be had, TCP until then and whenever it breaks. */
    PREFER,
    /** Data frames travel over RDMA or not at all. */
    REQUIRE,
    /** TCP only. */
    FORBID;

    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
