package dev.weft.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One message of the kernel. Parsing is a pure function over bytes: every length is checked against what is there, so that nothing a
 * broken or hostile sender writes leads outside.
 *
 * @param type     nlmsghdr type
 * @param sequence of the request it answers
 * @param payload  what follows the header, native order, position 0
 */
record NetlinkReply(int type, int flags, int sequence, ByteBuffer payload) {
    static final int ERROR = 2;
    static final int DONE = 3;

    private static final int EXTENDED_ACK_MESSAGE = 1;
    private static final int FLAG_CAPPED = 0x100;
    private static final int FLAG_ACK_TLVS = 0x200;

    /**
     * Cuts a datagram into messages; what is too short to be one ends the list.
     *
     * @param length bytes that are valid in {@code datagram}
     */
    static List<NetlinkReply> parse(byte[] datagram, int length) {
        List<NetlinkReply> replies = new ArrayList<>();
        ByteBuffer all = ByteBuffer.wrap(datagram, 0, length).slice().order(ByteOrder.nativeOrder());
        int at = 0;
        while (all.limit() - at >= NetlinkMessage.HEADER_LENGTH) {
            int size = all.getInt(at);
            if (size < NetlinkMessage.HEADER_LENGTH || size > all.limit() - at) {
                break;
            }
            ByteBuffer payload = all.slice(at + NetlinkMessage.HEADER_LENGTH, size - NetlinkMessage.HEADER_LENGTH)
                    .order(ByteOrder.nativeOrder());
            replies.add(new NetlinkReply(all.getShort(at + 4) & 0xFFFF, all.getShort(at + 6) & 0xFFFF, all.getInt(at + 8), payload));
            at += (size + 3) & ~3;
        }
        return replies;
    }

    /** Error number of an {@link #ERROR} message; 0 for an acknowledgement or a message too short to say. */
    int errno() {
        return payload.limit() >= 4 ? -payload.getInt(0) : 0;
    }

    /** What the kernel adds for people to an error; empty when nothing. */
    String explanation() {
        if ((flags & FLAG_ACK_TLVS) == 0 || payload.limit() < 4 + NetlinkMessage.HEADER_LENGTH) {
            return "";
        }
        int echoed = (flags & FLAG_CAPPED) != 0 ? NetlinkMessage.HEADER_LENGTH : payload.getInt(4);
        byte[] text = attributes(4 + Math.max(echoed, NetlinkMessage.HEADER_LENGTH)).get(EXTENDED_ACK_MESSAGE);
        return text == null ? "" : text(text);
    }

    /**
     * Attributes by type (the nested flag taken off), the last of each type.
     *
     * @param offset length of the fixed part before them
     */
    Map<Integer, byte[]> attributes(int offset) {
        return attributes(payload, offset);
    }

    /** Attributes within an attribute. */
    static Map<Integer, byte[]> nested(byte[] value) {
        return attributes(ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()), 0);
    }

    private static Map<Integer, byte[]> attributes(ByteBuffer from, int offset) {
        Map<Integer, byte[]> found = new LinkedHashMap<>();
        int at = (offset + 3) & ~3;
        while (at >= 0 && from.limit() - at >= 4) {
            int size = from.getShort(at) & 0xFFFF;
            if (size < 4 || size > from.limit() - at) {
                break;
            }
            byte[] value = new byte[size - 4];
            from.get(at + 4, value);
            found.put(from.getShort(at + 2) & 0x3FFF, value);
            at += (size + 3) & ~3;
        }
        return found;
    }

    static String text(byte[] value) {
        int end = 0;
        while (end < value.length && value[end] != 0) {
            end++;
        }
        return new String(value, 0, end, StandardCharsets.UTF_8);
    }

    static int integer(byte[] value) {
        return value.length < 4 ? 0 : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    }
}
