package dev.weft.perf.aeron;

import dev.weft.perf.transport.MessageHandler;
import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transceiver;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.ImageControlledFragmentAssembler;
import io.aeron.Publication;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One publication and one image. Aeron offers nothing to block on: without spinning the thread sleeps ever longer, up to
 * {@link #LONGEST_SLEEP_NANOS}, while nothing comes.
 */
final class AeronTransceiver implements Transceiver, ControlledFragmentHandler {
    private static final long SHORTEST_SLEEP_NANOS = TimeUnit.MICROSECONDS.toNanos(1);
    private static final long LONGEST_SLEEP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Aeron aeron;
    private final ExclusivePublication out;
    private final Image in;
    private final String description;
    private final Arena arena = Arena.ofShared();
    private final long sendMemory;
    private final UnsafeBuffer sendBuffer;
    private final ImageControlledFragmentAssembler assembler;
    private final IdleStrategy idle;
    private int pending;
    private boolean broken;
    private MessageHandler handler;
    private int delivered;
    private boolean refused;
    private boolean closed;

    /** The client ends with this. */
    AeronTransceiver(Aeron aeron, ExclusivePublication out, Image in, StreamSetup setup) {
        this.aeron = aeron;
        this.out = out;
        this.in = in;
        description = out.channel() + " stream " + out.streamId() + ", driver in " + aeron.context().aeronDirectoryName();
        sendMemory = arena.allocate(setup.messageBytes(), 64).address();
        sendBuffer = new UnsafeBuffer(sendMemory, setup.messageBytes());
        assembler = new ImageControlledFragmentAssembler(this, setup.messageBytes(), true);
        idle = setup.spin() ? BusySpinIdleStrategy.INSTANCE
                : new BackoffIdleStrategy(10, 10, SHORTEST_SLEEP_NANOS, LONGEST_SLEEP_NANOS);
    }

    @Override
    public long claim(int length) {
        if (pending > 0) {
            push();
        }
        return broken ? CLOSED : pending > 0 ? NOT_NOW : sendMemory;
    }

    @Override
    public void commit(int length) {
        pending = length;
        push();
    }

    @Override
    public void flush() {
        if (pending > 0) {
            push();
        }
    }

    private void push() {
        long position = out.offer(sendBuffer, 0, pending);
        if (position > 0) {
            pending = 0;
            idle.reset();
        } else if (position == Publication.BACK_PRESSURED || position == Publication.ADMIN_ACTION) {
            idle.idle();
        } else {
            broken = true;
        }
    }

    @Override
    public int poll(MessageHandler to, int limit) {
        handler = to;
        delivered = 0;
        refused = false;
        int fragments = in.controlledPoll(assembler, limit);
        handler = null;
        if (delivered > 0) {
            idle.reset();
            return delivered;
        }
        if (in.isClosed() || in.isEndOfStream()) {
            return CLOSED;
        }
        if (!refused) {
            idle.idle(fragments);
        }
        return 0;
    }

    @Override
    public Action onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        if (!handler.onMessage(buffer.addressOffset() + offset, length)) {
            refused = true;
            return Action.ABORT;
        }
        delivered++;
        return Action.CONTINUE;
    }

    @Override
    public void endSending() {
        long begin = System.nanoTime();
        while (pending > 0 && !broken && System.nanoTime() - begin < END_NANOS) {
            push();
        }
        broken = true;
        out.close();
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public long retransmits() {
        return -1;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            broken = true;
            aeron.close();
            arena.close();
        }
    }
}
