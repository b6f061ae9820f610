package dev.weft.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The first frame in each direction of a link: who speaks. Big-endian.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |     lowest version spoken     |    highest version spoken     |  0
 * +-------------------------------+-------------------------------+
 * |          epoch that this side's frames will carry             |  4
 * +---------------------------------------------------------------+
 * |  incarnation: when this agent started, ms since 1970          |  8
 * |                                                               |
 * +---------------------------------------------------------------+
 * |  feature bits                                                 | 16
 * |                                                               |
 * +-------------------------------+-------------------------------+
 * |   lanes of this side          |  index of this link           | 24
 * +-------------------------------+-------------------------------+
 * |   overlay MTU of this side                                    | 28
 * +-------------------------------+-------------------------------+
 * |R|   option type               |  option length                | 32, repeated to the end
 * +-------------------------------+-------------------------------+
 * |   option value ...
 * </pre>
 *
 * R marks an option that must be understood. Options: 1 (required) host id, UTF-8; 2 (required) host id of the receiver as the
 * sender believes it, so that a wrong address in the directory is noticed.
 *
 * @param epoch       non-zero
 * @param incarnation grows with every start of the same agent
 * @param expected    whom the sender means to talk to
 */
public record Hello(int minVersion, int maxVersion, int epoch, long incarnation, long features, int lanes, int linkIndex, int mtu,
        String hostId, String expected) {

    /** Bit of {@link #features}: this side knows frames of {@link dev.weft.frame.FrameType#MESSAGE}. The low byte is RDMA's. */
    public static final long TAKES_MESSAGES = 0x100;

    /** Bodies above this are refused unread. */
    public static final int MAX_LENGTH = 4096;

    private static final int FIXED_LENGTH = 32;
    private static final int OPTION_REQUIRED = 0x8000;
    private static final int OPTION_HOST_ID = 1 | OPTION_REQUIRED;
    private static final int OPTION_EXPECTED = 2 | OPTION_REQUIRED;
    private static final int MAX_ID_LENGTH = 64;

    /** What arrived is no hello this version can accept; the message is sent back to the peer. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        public Refused(String message) {
            super(message, null, false, false);
        }
    }

    boolean takesMessages() {
        return (features & TAKES_MESSAGES) != 0;
    }

    public byte[] encode() {
        byte[] id = hostId.getBytes(StandardCharsets.UTF_8);
        byte[] to = expected.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED_LENGTH + 8 + id.length + to.length);
        out.putShort((short) minVersion).putShort((short) maxVersion).putInt(epoch).putLong(incarnation).putLong(features);
        out.putShort((short) lanes).putShort((short) linkIndex).putInt(mtu);
        out.putShort((short) OPTION_HOST_ID).putShort((short) id.length).put(id);
        out.putShort((short) OPTION_EXPECTED).putShort((short) to.length).put(to);
        return out.array();
    }

    /**
     * @throws Refused when the body is short, self-contradictory, or holds a required option that is unknown here
     */
    public static Hello decode(byte[] body) throws Refused {
        if (body.length < FIXED_LENGTH || body.length > MAX_LENGTH) {
            throw new Refused("hello of " + body.length + " bytes; " + FIXED_LENGTH + ".." + MAX_LENGTH + " are allowed");
        }
        ByteBuffer in = ByteBuffer.wrap(body);
        int minVersion = in.getShort() & 0xFFFF;
        int maxVersion = in.getShort() & 0xFFFF;
        int epoch = in.getInt();
        long incarnation = in.getLong();
        long features = in.getLong();
        int lanes = in.getShort() & 0xFFFF;
        int linkIndex = in.getShort() & 0xFFFF;
        int mtu = in.getInt();
        if (epoch == 0 || lanes == 0 || minVersion > maxVersion || incarnation <= 0) {
            throw new Refused("hello contradicts itself (epoch, lanes, versions or incarnation)");
        }
        String[] names = decodeOptions(in);
        return new Hello(minVersion, maxVersion, epoch, incarnation, features, lanes, linkIndex, mtu, names[0], names[1]);
    }

    private static String[] decodeOptions(ByteBuffer in) throws Refused {
        String[] names = new String[2];
        while (in.hasRemaining()) {
            if (in.remaining() < 4) {
                throw new Refused("hello ends within an option");
            }
            int type = in.getShort() & 0xFFFF;
            int length = in.getShort() & 0xFFFF;
            if (length > in.remaining()) {
                throw new Refused("option " + type + " of the hello is longer than the hello");
            }
            byte[] value = new byte[length];
            in.get(value);
            if (type == OPTION_HOST_ID || type == OPTION_EXPECTED) {
                if (length == 0 || length > MAX_ID_LENGTH) {
                    throw new Refused("host id of " + length + " bytes; 1.." + MAX_ID_LENGTH + " are allowed");
                }
                names[type == OPTION_HOST_ID ? 0 : 1] = new String(value, StandardCharsets.UTF_8);
            } else if ((type & OPTION_REQUIRED) != 0) {
                throw new Refused("hello requires option " + (type & ~OPTION_REQUIRED) + ", which this version does not know");
            }
        }
        if (names[0] == null || names[1] == null) {
            throw new Refused("hello names no " + (names[0] == null ? "sender" : "receiver"));
        }
        return names;
    }
}
