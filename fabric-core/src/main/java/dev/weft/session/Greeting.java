package dev.weft.session;

import dev.weft.frame.FrameHeader;
import dev.weft.link.Link;

/** What every hello must satisfy, whichever side reads it. */
final class Greeting {

    private Greeting() {
    }

    /**
     * @param body the hello's bytes
     * @throws Hello.Refused with the sentence the peer is told
     */
    static Hello check(LocalHost local, byte[] body) throws Hello.Refused {
        Hello hello = Hello.decode(body);
        if (hello.minVersion() > FrameHeader.VERSION || hello.maxVersion() < FrameHeader.VERSION) {
            throw new Hello.Refused("host '" + local.id() + "' speaks protocol version " + FrameHeader.VERSION + ", host '"
                    + hello.hostId() + "' speaks " + hello.minVersion() + ".." + hello.maxVersion() + "; upgrade the older agent");
        }
        if (!hello.expected().equals(local.id())) {
            throw new Hello.Refused("this is host '" + local.id() + "', not '" + hello.expected()
                    + "': the directory gives the wrong address");
        }
        return hello;
    }

    /** As {@link #check}, for the hello that answers ours: it must come from the peer that was called. */
    static Hello checkAnswer(LocalHost local, RemoteHost peer, Link link, byte[] body) throws Hello.Refused {
        Hello hello = check(local, body);
        if (!hello.hostId().equals(peer.id())) {
            throw new Hello.Refused("the agent at " + link.describe() + " is '" + hello.hostId() + "', not '" + peer.id() + "'");
        }
        return hello;
    }

    /**
     * Whether the peer may call.
     *
     * @param incarnation of the agent that holds the session, or 0
     */
    static void checkCall(LocalHost local, RemoteHost peer, Hello hello, long incarnation) throws Hello.Refused {
        if (peer.isConnectedBy(local)) {
            throw new Hello.Refused("host '" + local.id() + "' has the smaller id and makes the connections itself");
        }
        if (hello.incarnation() < incarnation) {
            throw new Hello.Refused("a newer agent of host '" + peer.id() + "' holds this session");
        }
    }
}
