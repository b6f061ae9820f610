package dev.weft.rdma.sim;

import dev.weft.linux.Descriptors;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Real descriptors, for a world that runs in real time beside real lane threads. */
final class EventFds implements SimFds {

    @Override
    public int open() {
        try {
            return Descriptors.openEvent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void readable(int fd, boolean readable) {
        try {
            Descriptors.takeEvent(fd);
            if (readable) {
                Descriptors.signalEvent(fd);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close(int fd) {
        try {
            Descriptors.close(fd);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
