package dev.weft.perf.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.linux.Memory;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every transport keeps to between two transceivers. Whole tests over it are in {@link TransportRunsContract}. */
public abstract class TransportContract extends TransportRunsContract {
    private static final int BYTES = 256;
    private static final int WINDOW = 16;
    private static final int MOST_BACKLOG = 200_000;

    /** An address at which nobody answers, in the transport's form. */
    protected abstract String nobody() throws IOException;

    private StreamSetup setup(int bytes, boolean spin) {
        return setup(bytes, spin, TwoEnds.TOKEN);
    }

    private StreamSetup setup(int bytes, boolean spin, long token) {
        return new StreamSetup(host(), 0, token, bytes, spin, options());
    }

    private TwoEnds connected(int bytes, boolean spin) throws IOException {
        return TwoEnds.connected(serverSide(), clientSide(), setup(bytes, spin));
    }

    private boolean reliable() {
        return serverSide().traits().reliable();
    }

    /** Sends one message whose bytes tell its number; on the end's thread. @return false when there was no room */
    private static boolean send(Transceiver to, long number, int bytes) {
        long address = to.claim(bytes);
        if (address < 0) {
            return false;
        }
        for (int i = 0; i < bytes; i += Long.BYTES) {
            Memory.putLongBigEndian(address + i, number * 31 + i);
        }
        to.commit(bytes);
        to.flush();
        return true;
    }

    /** Checks that messages come in order with their bytes. */
    private static final class Checker implements MessageHandler {
        private final int bytes;
        private final AtomicLong taken = new AtomicLong();

        Checker(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean onMessage(long address, int length) {
            assertEquals(bytes, length);
            for (int i = 0; i < bytes; i += Long.BYTES) {
                assertEquals(taken.get() * 31 + i, Memory.getLongBigEndian(address + i), "byte " + i + " of message " + taken);
            }
            taken.incrementAndGet();
            return true;
        }
    }

    private static Void sendAll(TwoEnds ends, Checker checker, int messages, int bytes) {
        for (int sent = 0; sent < messages;) {
            boolean roomInWindow = sent - checker.taken.get() < WINDOW;
            if (roomInWindow && send(ends.client.transceiver, sent, bytes)) {
                sent++;
            } else {
                ends.client.transceiver.flush();
                Thread.onSpinWait();
            }
        }
        return null;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deliversEveryMessageOnceInOrderWithItsBytes(boolean spin) throws IOException {
        int messages = 1000;
        try (TwoEnds ends = connected(BYTES, spin)) {
            Checker checker = new Checker(BYTES);
            Future<Void> sending = ends.client.later(() -> sendAll(ends, checker, messages, BYTES));
            assertEquals(messages, ends.server.poll(checker, messages));
            TwoEnds.await(sending);
        }
    }

    @Test
    void carriesItsLargestMessage() throws IOException {
        int bytes = Math.min(serverSide().traits().maxMessageBytes(), 1 << 20) & ~7;
        try (TwoEnds ends = connected(bytes, false)) {
            Checker checker = new Checker(bytes);
            Future<Void> sending = ends.client.later(() -> sendAll(ends, checker, 1, bytes));
            assertEquals(1, ends.server.poll(checker, 1));
            TwoEnds.await(sending);
        }
    }

    @Test
    void offersAMessageAgainThatWasNotTaken() throws IOException {
        try (TwoEnds ends = connected(BYTES, true)) {
            Checker checker = new Checker(BYTES);
            ends.client.later(() -> sendAll(ends, checker, 3, BYTES));
            AtomicLong refusals = new AtomicLong(5);
            MessageHandler moody = (address, length) -> refusals.decrementAndGet() < 0 && checker.onMessage(address, length);
            assertEquals(3, ends.server.poll(moody, 3));
            assertTrue(refusals.get() < 0);
        }
    }

    @Test
    void saysNotNowWhenNobodyReadsAndLosesNothing() throws IOException {
        try (TwoEnds ends = connected(BYTES, true)) {
            long sent = ends.client.call(() -> sendUntilFull(ends.client.transceiver));
            assertTrue(!reliable() || sent < MOST_BACKLOG, "room without end: " + sent + " messages");
            long expected = reliable() ? sent : 1; // datagrams nobody has room for are dropped, the first ones are kept
            Checker checker = new Checker(BYTES);
            Future<Long> flushing = ends.client.later(() -> flushUntil(ends.client.transceiver, checker, expected));
            assertTrue(ends.server.poll(checker, expected) >= expected, checker.taken + " of " + sent);
            TwoEnds.await(flushing);
        }
    }

    /** A transport that blocks nobody may also drop: it then takes all. */
    private static long sendUntilFull(Transceiver to) {
        long sent = 0;
        int refused = 0;
        while (refused < 100 && sent < MOST_BACKLOG) {
            if (send(to, sent, BYTES)) {
                sent++;
                refused = 0;
            } else {
                refused++;
                to.poll((address, length) -> true, 1);
            }
        }
        return sent;
    }

    private static long flushUntil(Transceiver to, Checker checker, long taken) {
        long begin = System.nanoTime();
        while (checker.taken.get() < taken && System.nanoTime() - begin < TwoEnds.PATIENCE_NANOS) {
            to.flush();
            to.poll((address, length) -> true, 1);
        }
        return checker.taken.get();
    }

    @Test
    void deliversWhatWasSentBeforeTheEnd() throws IOException {
        long untilTheEnd = reliable() ? Long.MAX_VALUE : 100; // datagrams have no end
        try (TwoEnds ends = connected(BYTES, false)) {
            Checker checker = new Checker(BYTES);
            Future<Long> receiving = ends.server.later(() -> ends.server.pollHere(checker, untilTheEnd));
            ends.client.call(() -> {
                sendAll(ends, checker, 100, BYTES);
                ends.client.transceiver.endSending();
                ends.client.transceiver.close();
                return null;
            });
            assertEquals(100, TwoEnds.await(receiving));
        }
    }

    @Test
    void tellsTheSenderThatTheOtherEndHasGone() throws IOException {
        try (TwoEnds ends = connected(BYTES, true)) {
            ends.server.call(() -> {
                ends.server.transceiver.close();
                return null;
            });
            assertTrue(ends.client.call(() -> sendUntilClosed(ends.client.transceiver)), "claim never said CLOSED");
        }
    }

    private static boolean sendUntilClosed(Transceiver to) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TwoEnds.PATIENCE_NANOS) {
            long address = to.claim(BYTES);
            if (address == Transceiver.CLOSED) {
                return true;
            }
            if (address >= 0) {
                Memory.putLongBigEndian(address, 0);
                to.commit(BYTES);
                to.flush();
            } else {
                to.poll((at, length) -> true, 1);
            }
        }
        return false;
    }

    @Test
    void closesTwiceAndInEveryState() throws IOException {
        try (TwoEnds listening = new TwoEnds()) {
            assertNotNull(listening.listen(serverSide(), setup(BYTES, false)));
            assertFalse(listening.accept(1_000_000), "nobody was there");
        }
        try (TwoEnds ends = connected(BYTES, true)) {
            ends.client.call(() -> {
                long claimed = ends.client.transceiver.claim(BYTES);
                assertTrue(claimed >= 0, "room for the first message");
                ends.client.transceiver.close(); // with a claim open
                ends.client.transceiver.close();
                return null;
            });
        }
        try (TwoEnds ends = connected(BYTES, true)) {
            ends.client.call(() -> send(ends.client.transceiver, 0, BYTES));
            ends.server.call(() -> {
                ends.server.transceiver.close(); // with a message under way
                return null;
            });
        }
    }

    @Test
    void saysWhereNobodyAnswers() throws IOException {
        String address = nobody();
        StreamSetup setup = setup(BYTES, false);
        try (TwoEnds ends = new TwoEnds()) {
            IOException failure = assertThrows(IOException.class,
                    () -> ends.client.call(() -> clientSide().connect(address, setup, 300_000_000L)));
            String said = String.valueOf(failure.getMessage());
            assertFalse(said.contains("null"), said);
            assertTrue(said.length() > 20 && said.contains(nameOf(address)), said);
        }
    }

    /** The part of the address a person would look for in the message. */
    protected String nameOf(String address) {
        return address;
    }

    @Test
    void dropsWhoDoesNotBringTheTokenAndTakesTheNext() throws IOException {
        try (TwoEnds ends = new TwoEnds(); TwoEnds.End stranger = new TwoEnds.End()) {
            String address = ends.listen(serverSide(), setup(BYTES, true));
            Future<Transceiver> accepted = ends.server.later(() -> ends.server.acceptor.accept(TwoEnds.PATIENCE_NANOS));
            Future<Boolean> refused = stranger.later(() -> {
                try {
                    stranger.transceiver = clientSide().connect(address, setup(BYTES, true, 4711), 1_000_000_000L);
                    return sendUntilClosed(stranger.transceiver);
                } catch (IOException e) {
                    return true;
                }
            });
            assertTrue(TwoEnds.await(refused), "the stranger was neither refused nor dropped");
            assertFalse(accepted.isDone(), "the stranger was accepted");
            ends.client.call(() -> ends.client.transceiver = clientSide().connect(address, setup(BYTES, true), TwoEnds.PATIENCE_NANOS));
            ends.server.transceiver = TwoEnds.await(accepted);
            assertNotNull(ends.server.transceiver);
        }
    }

    @Test
    void canBeUsedHereAndDescribesItself() throws IOException {
        assertNull(serverSide().unavailable());
        try (TwoEnds ends = connected(BYTES, false)) {
            assertFalse(ends.client.call(() -> ends.client.transceiver.describe()).isEmpty());
        }
    }

    @Override
    protected Map<String, String> options() {
        return Map.of();
    }
}
