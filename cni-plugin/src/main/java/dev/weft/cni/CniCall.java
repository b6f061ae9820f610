package dev.weft.cni;

import dev.weft.control.ControlRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What the runtime said, unchecked: the environment, empty where a variable was unset, and standard input.
 *
 * @param netnsOverride {@code 1} or {@code true}: DEL may name the agent's own namespace
 * @param netnsFd       path through which the shim holds the namespace open, or empty
 * @param netnsId       device and inode the shim saw there, {@code <dev>:<ino>}, or empty
 * @param stdin         the network configuration, verbatim
 */
record CniCall(String command, String containerId, String netns, String ifName, String args, String path, String netnsOverride,
        String netnsFd, String netnsId, byte[] stdin) {
    private static final int HEX = 16;

    /**
     * @throws CniException 4 when a value is not UTF-8: the result, which is JSON, could not name it
     */
    static CniCall of(ControlRequest request) throws CniException {
        return new CniCall(value(request, "command"), value(request, "containerid"), value(request, "netns"), value(request, "ifname"),
                value(request, "args"), value(request, "path"), value(request, "netns-override"), value(request, "netns-fd"),
                value(request, "netns-id"), request.body());
    }

    boolean overridesOwnNamespace() {
        return netnsOverride.equals("1") || netnsOverride.equalsIgnoreCase("true");
    }

    /** Header values arrive as one character a byte, {@code %XX} for bytes that a header cannot hold; names and paths are UTF-8. */
    private static String value(ControlRequest request, String name) throws CniException {
        byte[] escaped = request.header("cni-" + name).getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < escaped.length; i++) {
            int high = i + 2 < escaped.length ? Character.digit(escaped[i + 1], HEX) : -1;
            int low = i + 2 < escaped.length ? Character.digit(escaped[i + 2], HEX) : -1;
            boolean isEscape = escaped[i] == '%' && high >= 0 && low >= 0;
            bytes.write(isEscape ? high * HEX + low : escaped[i]);
            i += isEscape ? 2 : 0;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new CniException(CniException.ENVIRONMENT, "CNI_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_')
                    + " is not UTF-8");
        }
    }
}
