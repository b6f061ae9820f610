package dev.weft.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.linux.Memory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every kind of link promises. A transport's test extends this and says how to reach it. */
public abstract class LinkContract {
    private static final long SEED = 20_251_124;

    protected LinkRig left;
    protected LinkRig right;

    /** The transport under test; both ends use the same one. */
    protected abstract LinkTransport transport();

    /** An address of this machine nobody listens on. */
    protected abstract InetSocketAddress freeAddress();

    @BeforeEach
    void openRigs() {
        LinkTransport.Availability availability = transport().availability();
        assertTrue(availability.available(), availability.reason());
        left = new LinkRig(0, transport());
        right = new LinkRig(1, transport());
    }

    @AfterEach
    void closeRigs() {
        left.close();
        right.close();
    }

    /** Two ends of one link. */
    protected record Ends(Link left, Recorder leftSaw, Link right, Recorder rightSaw) {
    }

    protected final Ends connect() {
        return connect(new Recorder(), new Recorder());
    }

    protected final Ends connect(Recorder leftSaw, Recorder rightSaw) {
        InetSocketAddress address = freeAddress();
        CompletableFuture<Link> accepted = right.listen(address, rightSaw);
        Link leftEnd = LinkRig.await(left.connect(address, leftSaw));
        // iWARP lets the active side speak first, so every pair begins with a greeting.
        send(left, leftEnd, List.of(frame(0, FrameHeader.LENGTH)));
        Link rightEnd = LinkRig.await(accepted);
        LinkRig.until("greeting", () -> rightSaw.framesSeen.get() == 1);
        rightSaw.frames.clear();
        rightSaw.framesSeen.set(0);
        return new Ends(leftEnd, leftSaw, rightEnd, rightSaw);
    }

    /** A whole frame whose body is made from its sequence. */
    protected static byte[] frame(long sequence, int length) {
        byte[] frame = new byte[length];
        new Random(sequence).nextBytes(frame);
        long at = dev.weft.linux.NativeBytes.allocate(FrameHeader.LENGTH);
        FrameHeader.write(at, FrameType.DATA, length - FrameHeader.LENGTH, 7, 42, sequence);
        System.arraycopy(Memory.toArray(at, FrameHeader.LENGTH), 0, frame, 0, FrameHeader.LENGTH);
        return frame;
    }

    /** Tries to commit one frame, on the lane's thread. */
    protected static boolean offer(Link link, byte[] frame) {
        long at = link.claim(frame.length);
        if (at < 0) {
            assertEquals(Link.NOT_NOW, at, "an open link says not now, nothing else");
            return false;
        }
        Memory.fromArray(frame, at);
        link.commit(frame.length);
        return true;
    }

    /** Sends all frames, waiting out back-pressure. */
    protected static void send(LinkRig rig, Link link, List<byte[]> frames) {
        int[] next = {0};
        LinkRig.until("all frames committed", () -> rig.call(() -> {
            while (next[0] < frames.size() && offer(link, frames.get(next[0]))) {
                next[0]++;
            }
            link.flush();
            link.poll(64);
            return next[0] == frames.size();
        }));
    }

    private static void assertFrames(List<byte[]> expected, Recorder saw) {
        LinkRig.until("frames arrive", () -> saw.framesSeen.get() >= expected.size());
        assertEquals(expected.size(), saw.frames.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), saw.frames.get(i), "frame " + i);
        }
    }

    private static List<byte[]> mixture(int count, long seed) {
        Random random = new Random(seed);
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int body = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(64);
                case 1 -> random.nextInt(1500);
                case 2 -> random.nextInt(FrameHeader.MAX_BODY_LENGTH + 1);
                default -> i % 2 == 0 ? 0 : FrameHeader.MAX_BODY_LENGTH;
            };
            frames.add(frame(i + 1, FrameHeader.LENGTH + body));
        }
        return frames;
    }

    @Test
    void shouldDeliverFramesOfEverySizeWholeAndInOrder() {
        Ends ends = connect();
        List<byte[]> frames = mixture(400, SEED);
        send(left, ends.left, frames);
        assertFrames(frames, ends.rightSaw);
    }

    @Test
    void shouldDeliverInBothDirectionsAtOnce() {
        Ends ends = connect();
        List<byte[]> there = mixture(150, SEED + 1);
        List<byte[]> back = mixture(150, SEED + 2);
        for (int i = 0; i < there.size(); i += 10) {
            send(left, ends.left, there.subList(i, i + 10));
            send(right, ends.right, back.subList(i, i + 10));
        }
        assertFrames(there, ends.rightSaw);
        assertFrames(back, ends.leftSaw);
    }

    @Test
    void shouldSayNotNowToASenderThatIsFasterAndLoseNothing() throws InterruptedException {
        Ends ends = connect();
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Boolean> blocked = right.submit(() -> release.await(LinkRig.PATIENCE_SECONDS, TimeUnit.SECONDS));
        List<byte[]> sent = new ArrayList<>();
        LinkRig.until("back-pressure", () -> left.call(() -> {
            byte[] next = frame(sent.size() + 1, FrameHeader.MAX_FRAME_LENGTH);
            if (offer(ends.left, next)) {
                sent.add(next);
                ends.left.flush();
                return false;
            }
            return true;
        }));
        assertTrue(left.call(ends.left::pendingBytes) > 0);
        int before = ends.leftSaw.writable.get();
        release.countDown();
        assertTrue(LinkRig.await(blocked));
        assertFrames(sent, ends.rightSaw);
        LinkRig.until("told that the link takes frames again", () -> ends.leftSaw.writable.get() > before);
        List<byte[]> more = mixture(20, SEED + 3);
        send(left, ends.left, more);
        LinkRig.until("later frames arrive", () -> ends.rightSaw.framesSeen.get() == sent.size() + more.size());
    }

    @Test
    void shouldForgetWhatWasAbandoned() {
        Ends ends = connect();
        byte[] kept = frame(1, 5000);
        left.call(() -> {
            long at = ends.left.claim(FrameHeader.MAX_FRAME_LENGTH);
            Memory.fromArray(frame(99, 9000), at);
            ends.left.abandon();
            assertTrue(offer(ends.left, kept));
            ends.left.flush();
            return null;
        });
        assertFrames(List.of(kept), ends.rightSaw);
    }

    @Test
    void shouldSendAFrameShorterThanTheClaim() {
        Ends ends = connect();
        byte[] small = frame(1, 100);
        left.call(() -> {
            long at = ends.left.claim(FrameHeader.MAX_FRAME_LENGTH);
            Memory.fromArray(small, at);
            ends.left.commit(small.length);
            ends.left.flush();
            return null;
        });
        assertFrames(List.of(small), ends.rightSaw);
    }

    @Test
    void shouldTellBothSidesOnceWhenOneCloses() {
        Ends ends = connect();
        left.call(() -> {
            ends.left.close();
            ends.left.close();
            return null;
        });
        LinkRig.until("the other side is told", () -> !ends.rightSaw.closings.isEmpty());
        LinkRig.until("this side is told", () -> !ends.leftSaw.closings.isEmpty());
        assertEquals(Link.CLOSED, left.call(() -> ends.left.claim(FrameHeader.LENGTH)));
        assertEquals(Link.CLOSED, right.call(() -> ends.right.claim(FrameHeader.LENGTH)));
        right.call(() -> {
            ends.right.flush();
            ends.right.close();
            return null;
        });
        assertEquals(1, ends.leftSaw.closings.size());
        assertEquals(1, ends.rightSaw.closings.size());
    }

    @Test
    void shouldBearBeingClosedFromWithinAFrame() {
        Recorder closer = new Recorder();
        Ends ends = connect(new Recorder(), closer);
        closer.onEachFrame((link, frame) -> link.close());
        send(left, ends.left, List.of(frame(1, 3000), frame(2, 3000), frame(3, 3000)));
        LinkRig.until("the sender is told", () -> !ends.leftSaw.closings.isEmpty());
        assertEquals(1, closer.frames.size(), "nothing is delivered after close");
        assertEquals(1, closer.closings.size());
    }

    @Test
    void shouldTellWhenThePeerVanishesWithFramesUnderWay() {
        Ends ends = connect();
        left.call(() -> {
            for (int i = 1; i < 10; i++) {
                offer(ends.left, frame(i, 60_000));
            }
            ends.left.flush();
            return null;
        });
        right.vanish();
        LinkRig.until("told", () -> !ends.leftSaw.closings.isEmpty());
        assertFalse(ends.leftSaw.closings.getFirst().isBlank());
    }

    @Test
    void shouldFailWithASentenceWhenNobodyListens() {
        InetSocketAddress nobody = freeAddress();
        CompletableFuture<Link> attempt = left.connect(nobody, new Recorder());
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> LinkRig.await(attempt));
        assertTrue(failure.getMessage().contains(String.valueOf(nobody.getPort())), failure.getMessage());
    }

    @Test
    void shouldEndTheLinkOfACallerThatIsRefused() {
        InetSocketAddress address = freeAddress();
        right.listen(address, null);
        Recorder saw = new Recorder();
        CompletableFuture<Link> attempt = left.connect(address, saw);
        LinkRig.until("refused one way or the other", () -> attempt.isCompletedExceptionally() || !saw.closings.isEmpty());
    }

    @Test
    void shouldRefuseASecondListenerOnOneAddress() {
        InetSocketAddress address = freeAddress();
        right.listen(address, new Recorder());
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> left.listen(address, new Recorder()));
        assertTrue(failure.getMessage().contains(String.valueOf(address.getPort())), failure.getMessage());
    }
}
