package dev.weft.session;

import dev.weft.frame.FrameHeader;

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

    /**
     * As {@link #check(LocalHost, byte[])}, for a hello that must be of one certain peer.
     *
     * @param where describes the link, for the sentence
     */
    static Hello check(LocalHost local, RemoteHost peer, String where, byte[] body) throws Hello.Refused {
        Hello hello = check(local, body);
        if (!hello.hostId().equals(peer.id())) {
            throw new Hello.Refused("the agent at " + where + " is '" + hello.hostId() + "', not '" + peer.id() + "'");
        }
        return hello;
    }
}
