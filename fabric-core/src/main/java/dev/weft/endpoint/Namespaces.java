package dev.weft.endpoint;

/** Looks at network namespaces without entering them. Thread-safe. */
public interface Namespaces {

    /**
     * The inode of the network namespace at {@code path}. Never opens what is not a namespace: a FIFO does not hang it.
     *
     * @throws EndpointException {@code NOT_A_NAMESPACE} or {@code OWN_NAMESPACE}
     */
    long inodeOf(String path) throws EndpointException;
}
