package dev.weft.perf.aeron;

import dev.weft.perf.transport.StreamSetup;
import java.io.IOException;

/**
 * What a user may say about an Aeron stream.
 *
 * @param ipc       {@code media=ipc}: shared memory; {@code media=udp} is the default
 * @param directory {@code directory=PATH}: of a driver that is there; empty for one of this process. The server uses
 *                  {@code server-directory=PATH} when that is given
 * @param dedicated {@code mode=dedicated}: three threads for the own driver; {@code mode=shared} is the default
 * @param mtu       {@code mtu=BYTES}: largest frame; empty for the driver's default
 */
record AeronOptions(boolean ipc, String directory, boolean dedicated, String mtu) {

    static AeronOptions of(StreamSetup setup, boolean server) throws IOException {
        String media = choice(setup, "media", "udp", "ipc");
        String mode = choice(setup, "mode", "shared", "dedicated");
        String directory = setup.option("directory", "");
        String mtu = setup.option("mtu", "");
        if (!mtu.matches("[0-9]{0,6}")) {
            throw new IOException("an MTU of '" + mtu + "' bytes; nearest: -o mtu=1408");
        }
        return new AeronOptions(media.equals("ipc"), server ? setup.option("server-directory", directory) : directory,
                mode.equals("dedicated"), mtu);
    }

    private static String choice(StreamSetup setup, String name, String usual, String other) throws IOException {
        String value = setup.option(name, usual);
        if (!value.equals(usual) && !value.equals(other)) {
            throw new IOException("there is no " + name + " '" + value + "' of Aeron streams; there are: -o " + name + "=" + usual
                    + " (default), -o " + name + "=" + other);
        }
        return value;
    }
}
