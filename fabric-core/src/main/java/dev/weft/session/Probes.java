package dev.weft.session;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.link.Link;
import dev.weft.link.RetainingLink;
import dev.weft.linux.Memory;
import java.nio.ByteBuffer;

/**
 * The trial of a new RDMA link: a number of probes go one after the other, each when the echo of the one before has come.
 *
 * <pre>
 *   PROBE, PROBE_ECHO    generation 4 | number 4
 * </pre>
 *
 * The connecting side speaks first; the other begins when it is spoken to, as iWARP asks of it (RFC 5044). A lost probe is a link that
 * does not work. Lane's thread only.
 */
final class Probes {
    static final int COUNT = 5;
    private static final int LENGTH = 8;

    private RetainingLink link;
    private int generation;
    private int echoed;

    void begin(RetainingLink tried, int raised, boolean speaksFirst) {
        link = tried;
        generation = raised;
        echoed = 0;
        if (speaksFirst) {
            probe(1);
        }
    }

    void end() {
        link = null;
        echoed = 0;
    }

    int echoed() {
        return echoed;
    }

    /** The peer's probe goes back to it. */
    void onProbe(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        if (in.remaining() >= LENGTH && in.getInt() == generation) {
            send(FrameType.PROBE_ECHO, body);
            if (echoed == 0) {
                probe(1); // the side that listened may speak now
            }
        }
    }

    /**
     * The next echo of this link's own, anything else being ignored.
     *
     * @return whether it was the last
     */
    boolean onEcho(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        if (in.remaining() < LENGTH || in.getInt() != generation || in.getInt() != echoed + 1) {
            return false;
        }
        echoed++;
        if (echoed < COUNT) {
            probe(echoed + 1);
        }
        return echoed == COUNT;
    }

    private void probe(int number) {
        send(FrameType.PROBE, ByteBuffer.allocate(LENGTH).putInt(generation).putInt(number).array());
    }

    private void send(int type, byte[] body) {
        long frame = link == null ? Link.CLOSED : link.claim(FrameHeader.LENGTH + body.length);
        if (frame < 0) {
            return;
        }
        FrameHeader.write(frame, type, body.length, 0, 0, 0);
        Memory.fromArray(body, frame + FrameHeader.LENGTH);
        link.commit(FrameHeader.LENGTH + body.length);
        link.flush();
    }
}
