package dev.weft.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Builds one rtnetlink request (RFC 3549, linux/netlink.h). Native byte order; everything padded to four bytes.
 *
 * <pre>
 * +--------------------+--------------------+------------------------------+
 * | struct nlmsghdr 16 | fixed part (ifinfomsg, rtmsg, ...) | attributes ... |
 * +--------------------+------------------------------------+--------------+
 *                                        attribute: | len 2 | type 2 | value |
 * </pre>
 */
final class NetlinkMessage {
    static final int HEADER_LENGTH = 16;
    static final int REQUEST = 0x1;
    static final int ACK = 0x4;
    static final int REPLACE = 0x100;
    static final int EXCLUSIVE = 0x200;
    static final int CREATE = 0x400;
    static final int DUMP = 0x300;

    private static final int NESTED = 0x8000;
    private static final int MAX_LENGTH = 512;

    private final String what;
    private final ByteBuffer buffer = ByteBuffer.allocate(MAX_LENGTH).order(ByteOrder.nativeOrder());

    /**
     * @param what for error messages: {@code "add address 10.42.1.2/32 to eth0"}
     */
    NetlinkMessage(String what, int type, int flags) {
        this.what = what;
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | REQUEST)).putInt(0).putInt(0);
    }

    String what() {
        return what;
    }

    NetlinkMessage u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    NetlinkMessage u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    NetlinkMessage u32(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        return pad();
    }

    NetlinkMessage attribute(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    NetlinkMessage attribute(int type, String value) {
        return attribute(type, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** Opens a nested attribute; {@link #end} closes it. @return mark for end */
    int begin(int type) {
        int mark = buffer.position();
        buffer.putShort((short) 0).putShort((short) (type | NESTED));
        return mark;
    }

    NetlinkMessage end(int mark) {
        buffer.putShort(mark, (short) (buffer.position() - mark));
        return this;
    }

    private NetlinkMessage pad() {
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    /** The finished bytes under that sequence number. */
    byte[] bytes(int sequence) {
        buffer.putInt(0, buffer.position());
        buffer.putInt(8, sequence);
        return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    }
}
