package dev.weft.endpoint;

import dev.weft.endpoint.EndpointException.Reason;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** {@link Namespaces} by stat(2) and ioctl_ns(2): every namespace file lives on the one nsfs device, whatever path leads to it. */
public final class ProcNamespaces implements Namespaces {
    private static final String OWN = "/proc/self/ns/net";
    private volatile Map<String, Object> own; // the process stays where it is

    @Override
    public long inodeOf(String path) throws EndpointException {
        if (own == null) {
            own = attributes(OWN);
        }
        Map<String, Object> given = attributes(path);
        if (!given.get("dev").equals(own.get("dev"))) {
            throw new EndpointException(Reason.NOT_A_NAMESPACE, path + " is not a network namespace");
        }
        long inode = ((Number) given.get("ino")).longValue();
        if (!isNetwork(path)) {
            throw new EndpointException(Reason.NOT_A_NAMESPACE, path + " is a namespace, but not a network namespace");
        }
        if (inode == ((Number) own.get("ino")).longValue()) {
            throw new EndpointException(Reason.OWN_NAMESPACE, "plugin's netns and netns from CNI_NETNS should not be the same");
        }
        return inode;
    }

    /** Opens the file, which is harmless now that it is known to be a namespace's. */
    private static boolean isNetwork(String path) throws EndpointException {
        try {
            int fd = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
            try {
                return Libc.isNetworkNamespace(fd);
            } finally {
                Descriptors.close(fd);
            }
        } catch (IOException e) {
            throw new EndpointException(Reason.NOT_A_NAMESPACE, "network namespace " + path + " cannot be looked at: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> attributes(String path) throws EndpointException {
        try {
            return Files.readAttributes(Path.of(path), "unix:dev,ino");
        } catch (NoSuchFileException e) {
            throw new EndpointException(Reason.NOT_A_NAMESPACE, "network namespace " + path + " does not exist", e);
        } catch (IOException | InvalidPathException e) {
            throw new EndpointException(Reason.NOT_A_NAMESPACE, "network namespace " + path + " cannot be looked at: " + e, e);
        }
    }
}
