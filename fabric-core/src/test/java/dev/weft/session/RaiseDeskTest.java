package dev.weft.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.weft.link.DeviceFacts;
import dev.weft.link.Link;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkListener;
import dev.weft.link.RetainingLink;
import dev.weft.loop.FakeLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaiseDeskTest {
    private static final long VALID_MILLIS = 10_000;

    private final FakeLoop loop = new FakeLoop(0);
    private final RaiseDesk desk = new RaiseDesk(loop, 4806);
    private final InetAddress peer = address(2);
    private int accepted;

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private LinkListener take(RetainingLink link, int generation) {
        accepted = generation;
        return new Ear();
    }

    private LinkListener bring(InetAddress from, byte[] token) {
        return desk.accept(new Stub(), new InetSocketAddress(from, 40_000), token);
    }

    @Test
    void shouldGiveTheLinkToTheHolderOfItsToken() {
        byte[] token = desk.issue(this::take, 7, peer);
        loop.advanceMillis(VALID_MILLIS);
        assertNotNull(bring(peer, token));
        assertEquals(7, accepted);
    }

    @Test
    void shouldRefuseATokenThatCameTooLate() {
        byte[] token = desk.issue(this::take, 7, peer);
        loop.advanceMillis(VALID_MILLIS + 1);
        assertNull(bring(peer, token));
        assertEquals(0, accepted);
    }

    @Test
    void shouldRefuseATokenThatComesAgain() {
        byte[] token = desk.issue(this::take, 7, peer);
        assertNotNull(bring(peer, token));
        assertNull(bring(peer, token));
    }

    @Test
    void shouldRefuseATokenThatWasReplaced() {
        RaiseDesk.Holder holder = this::take;
        byte[] first = desk.issue(holder, 7, peer);
        byte[] second = desk.issue(holder, 8, peer);
        assertNull(bring(peer, first));
        assertNotNull(bring(peer, second));
        assertEquals(8, accepted);
    }

    @Test
    void shouldRefuseATokenFromAnotherAddressAndNotTakeItBackThen() {
        byte[] token = desk.issue(this::take, 7, peer);
        assertNull(bring(address(3), token));
        assertNull(bring(peer, token), "whoever saw it has made it worthless");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 17, 57})
    void shouldRefuseATokenOfAnotherLength(int length) {
        byte[] token = desk.issue(this::take, 7, peer);
        assertNull(bring(peer, Arrays.copyOf(token, length)));
        assertEquals(0, accepted);
    }

    @Test
    void shouldRefuseATokenNobodyGave() {
        desk.issue(this::take, 7, peer);
        assertNull(bring(peer, new byte[RaiseDesk.TOKEN_LENGTH]));
    }

    private static final class Ear implements LinkListener {
        @Override
        public void onFrame(Link link, long address, int length) {
            throw new AssertionError("nothing is sent here");
        }

        @Override
        public void onWritable(Link link) {
            throw new AssertionError("nothing is sent here");
        }

        @Override
        public void onClosed(Link link, String reason) {
            throw new AssertionError("nothing ends here");
        }
    }

    /** A link that is only handed around. */
    private static final class Stub implements RetainingLink {
        @Override
        public LinkKind kind() {
            return LinkKind.RDMA;
        }

        @Override
        public String describe() {
            return "stub";
        }

        @Override
        public long claim(int length) {
            return CLOSED;
        }

        @Override
        public void commit(int length) {
            throw new AssertionError("nothing was claimed");
        }

        @Override
        public void abandon() {
            throw new AssertionError("nothing was claimed");
        }

        @Override
        public void flush() {
            // Nothing is ever committed.
        }

        @Override
        public int poll(int limit) {
            return 0;
        }

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public void close() {
            // There is nothing to close.
        }

        @Override
        public long replay(long afterSequence, Sink sink) {
            return afterSequence;
        }

        @Override
        public boolean retainsAfter(long afterSequence) {
            return false;
        }

        @Override
        public DeviceFacts facts() {
            return new DeviceFacts("stub", "none", 0, "none", 0, 0, 0, 0);
        }

        @Override
        public void releaseRetained() {
            // Nothing is kept.
        }
    }
}
