package dev.weft.tcp;

import dev.weft.link.LaneTransport;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkTransport;
import dev.weft.loop.LaneLoop;
import io.netty.channel.epoll.Epoll;

/** TCP links on Netty's native epoll transport. */
public final class TcpTransport implements LinkTransport {

    @Override
    public LinkKind kind() {
        return LinkKind.TCP;
    }

    @Override
    public Availability availability() {
        if (Epoll.isAvailable()) {
            return new Availability(true, "native epoll");
        }
        return new Availability(false, "Netty's native epoll library does not load: " + Epoll.unavailabilityCause()
                + "; Weft needs Linux on x86-64 or aarch64 with glibc");
    }

    @Override
    public LaneTransport open(LaneLoop loop) {
        return new TcpLaneTransport(loop);
    }
}
