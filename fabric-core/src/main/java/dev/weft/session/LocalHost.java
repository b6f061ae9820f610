package dev.weft.session;

import dev.weft.frame.FrameHeader;
import java.net.InetSocketAddress;

/**
 * What this agent says of itself in a hello.
 *
 * @param id          host id
 * @param incarnation start of this agent in ms since 1970
 * @param lanes       lanes of this host; lane i listens on the underlay port + i
 * @param underlay    address and first port where peers reach this agent
 */
public record LocalHost(String id, long incarnation, int lanes, int mtu, InetSocketAddress underlay) {

    Hello hello(int epoch, int linkIndex, String expected, long features) {
        return new Hello(FrameHeader.VERSION, FrameHeader.VERSION, epoch, incarnation, features | Hello.TAKES_MESSAGES, lanes, linkIndex,
                mtu, id, expected);
    }
}
