package dev.weft.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.testing.Mutations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever a netlink socket delivers, reading it leads nowhere outside. */
class NetlinkFuzzTest {

    private static byte[] seed() {
        ByteBuffer message = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        message.putInt(64).putShort((short) 16).putShort((short) 0x202).putInt(1).putInt(0); // nlmsghdr
        message.putLong(0).putLong(0); // ifinfomsg
        message.putShort((short) 10).putShort((short) 3).put("weft0\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) 0);
        message.putShort((short) 8).putShort((short) 4).putInt(65000);
        return message.array();
    }

    @Test
    void shouldReadEveryDatagramWithinItsBounds() {
        long tried = Mutations.run(List.of(seed()), input -> {
            for (NetlinkReply reply : NetlinkReply.parse(input, input.length)) {
                reply.errno();
                reply.explanation();
                NetlinkView.link(reply);
                reply.attributes(16).values().forEach(value -> {
                    NetlinkReply.nested(value);
                    NetlinkReply.text(value);
                    NetlinkReply.integer(value);
                });
            }
        });
        assertTrue(tried > 0);
    }
}
