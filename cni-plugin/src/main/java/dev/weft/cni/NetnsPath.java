package dev.weft.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** Which path leads from here to the namespace that the runtime means. */
final class NetnsPath {
    private static final Pattern FD = Pattern.compile("/proc/[0-9]{1,10}/fd/[0-9]{1,10}");

    private NetnsPath() {
    }

    /**
     * Through the descriptor that the shim holds, because the runtime may have a mount namespace of its own; the path as it was given
     * when there is none, or when the process number means another process here (the runtime's process namespace is not ours).
     */
    static String of(CniCall call) {
        return FD.matcher(call.netnsFd()).matches() && call.netnsId().equals(identityOf(call.netnsFd())) ? call.netnsFd() : call.netns();
    }

    private static String identityOf(String path) {
        try {
            Map<String, Object> attributes = Files.readAttributes(Path.of(path), "unix:dev,ino");
            return attributes.get("dev") + ":" + attributes.get("ino");
        } catch (IOException | InvalidPathException e) {
            return "";
        }
    }
}
