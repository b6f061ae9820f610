package dev.weft.rdma.sim;

/** Descriptors that become readable. */
interface SimFds {

    int open();

    void readable(int fd, boolean readable);

    void close(int fd);
}
