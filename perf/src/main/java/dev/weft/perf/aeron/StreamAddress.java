package dev.weft.perf.aeron;

import java.io.IOException;

/**
 * Where an Aeron stream is listened for, as text {@code media|place|stream}.
 *
 * @param ipc    whether through memory that both ends share
 * @param place  the driver's directory (IPC), or host and port (UDP)
 * @param stream Aeron's stream id
 */
record StreamAddress(boolean ipc, String place, int stream) {

    static StreamAddress parse(String text) throws IOException {
        String[] parts = text.split("\\|");
        if (parts.length != 3 || !parts[0].matches("udp|ipc") || !parts[2].matches("[0-9]{1,9}")) {
            throw new IOException("'" + text + "' is no address of an Aeron stream; do both ends run the same weft?");
        }
        return new StreamAddress(parts[0].equals("ipc"), parts[1], Integer.parseInt(parts[2]));
    }

    String text() {
        return (ipc ? "ipc|" : "udp|") + place + "|" + stream;
    }

    /** @param mtu bytes of a frame, empty for the driver's default */
    String channel(String mtu) {
        return (ipc ? "aeron:ipc" : "aeron:udp?endpoint=" + place) + (mtu.isEmpty() ? "" : (ipc ? "?" : "|") + "mtu=" + mtu);
    }
}
