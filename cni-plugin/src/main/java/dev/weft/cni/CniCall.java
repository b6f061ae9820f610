package dev.weft.cni;

import dev.weft.control.ControlRequest;
import java.nio.charset.StandardCharsets;

/**
 * What the runtime said, unchecked: the environment, empty where a variable was unset, and standard input.
 *
 * @param netnsFd path through which the shim holds the namespace open, or empty
 * @param netnsId device and inode the shim saw there, {@code <dev>:<ino>}, or empty
 * @param stdin   the network configuration, verbatim
 */
record CniCall(String command, String containerId, String netns, String ifName, String args, String path, String netnsFd, String netnsId,
        byte[] stdin) {

    static CniCall of(ControlRequest request) {
        return new CniCall(value(request, "command"), value(request, "containerid"), value(request, "netns"), value(request, "ifname"),
                value(request, "args"), value(request, "path"), value(request, "netns-fd"), value(request, "netns-id"), request.body());
    }

    /** Header values arrive as one character a byte; names and paths are UTF-8. */
    private static String value(ControlRequest request, String name) {
        return new String(request.header("cni-" + name).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
