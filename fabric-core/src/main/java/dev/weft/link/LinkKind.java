package dev.weft.link;

/** What carries a link's frames. */
public enum LinkKind {
    RDMA, TCP, MEMORY;

    /** Lower-case form used by the CLI, the API and the metrics. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
