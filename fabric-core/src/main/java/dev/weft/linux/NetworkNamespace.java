package dev.weft.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * An open network namespace. The descriptor keeps it alive, so it is held only for the length of an operation.
 */
public final class NetworkNamespace implements AutoCloseable {
    /** linux/magic.h */
    private static final long NSFS_MAGIC = 0x6e736673L;

    private final String path;
    private final int fd;
    private final long inode;
    private boolean closed;

    private NetworkNamespace(String path, int fd, long inode) {
        this.path = path;
        this.fd = fd;
        this.inode = inode;
    }

    /**
     * Opens the namespace at a path. Never waits: a FIFO put there instead is refused.
     *
     * @throws IOException when there is nothing at the path, or something else than a namespace
     */
    public static NetworkNamespace open(String path) throws IOException {
        // O_PATH first: opening a device or a FIFO for reading could do something or wait; looking at it cannot.
        int look = Libc.open(path, Libc.O_PATH | Libc.O_CLOEXEC);
        try {
            if (Libc.fileSystemType(look) != NSFS_MAGIC) {
                throw new IOException(path + " is not a network namespace");
            }
        } finally {
            Descriptors.close(look);
        }
        int fd = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        try {
            if (Libc.fileSystemType(fd) != NSFS_MAGIC) {
                throw new IOException(path + " is not a network namespace");
            }
            return new NetworkNamespace(path, fd, inodeOf("/proc/self/fd/" + fd));
        } catch (IOException e) {
            Descriptors.close(fd);
            throw e;
        }
    }

    /** Inode of the namespace this process began in. */
    public static long ownInode() throws IOException {
        return inodeOf("/proc/self/ns/net");
    }

    private static long inodeOf(String path) throws IOException {
        return (Long) Files.getAttribute(Path.of(path), "unix:ino");
    }

    public int fd() {
        return fd;
    }

    /** Identifies the namespace while it exists. */
    public long inode() {
        return inode;
    }

    /**
     * Runs something inside, on a platform thread that ends afterwards: a thread that has changed its namespace is never used again.
     */
    public <T> T call(Callable<T> action) throws IOException {
        FutureTask<T> task = new FutureTask<>(() -> {
            Libc.enterNetworkNamespace(fd);
            return action.call();
        });
        Thread.ofPlatform().name("weft-netns").start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException("in namespace " + path + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while working in namespace " + path, e);
        }
    }

    /** Talks with rtnetlink inside. */
    public <T> T talk(Conversation<T> conversation) throws IOException {
        try (RouteSocket socket = RouteSocket.openConfined(this)) {
            return conversation.with(socket);
        }
    }

    /** What is said in a namespace; the socket is good until it returns. */
    @FunctionalInterface
    public interface Conversation<T> {
        T with(RouteSocket socket) throws IOException;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            Descriptors.close(fd);
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
