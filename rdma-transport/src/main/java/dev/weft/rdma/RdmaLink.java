package dev.weft.rdma;

import dev.weft.frame.FrameHeader;
import dev.weft.link.DeviceFacts;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkListener;
import dev.weft.link.RetainingLink;
import dev.weft.linux.Errno;
import dev.weft.rdma.verbs.RdmaDevice;
import java.net.InetAddress;

/**
 * Frames over one queue pair: SEND into posted receive slots, in batches, under credits ({@link Credits}), from a ring that keeps them
 * until they were taken ({@link SendRing}).
 *
 * <pre>
 *             resources made           connection established, or first batch arrived
 *   OPENING ----------------> READY ---------------------------------------------------> UP
 *      |                        |                                                        |
 *      +------------------------+------------ refused, broken, closed -------------------+--> ENDED
 * </pre>
 *
 * The side that was connected to sends nothing before the first batch of the other side arrived (iWARP: RFC 5044, section 7.1). Nothing
 * here allocates once the link is up. Lane's thread only.
 */
final class RdmaLink implements RetainingLink {
    /** What a link asks of the transport that made it. */
    interface Owner {
        /** The link is over: its queue pair must go, in time its memory. */
        void onEnded(RdmaLink link);

        /** Nobody will ask for the frames of this ended link any more. */
        void onReleased(RdmaLink link);

        /** Has {@link RdmaLink#onClock} called within the report time. */
        void startClock(RdmaLink link);
    }

    private enum State {
        OPENING, READY, UP, ENDED
    }

    private final Owner owner;
    private final String peer;
    private final RdmaDevice device;
    private final InetAddress local;
    private final boolean connector;
    private final Credits credits;
    private final Intake intake;
    private State state = State.OPENING;
    private LinkListener listener;
    private LinkQueues queues;
    private SendRing ring;
    private Outlet outlet;
    private int generation;
    private int place = -1;
    private boolean heard;
    private boolean wanted;
    private boolean flushWanted;
    private boolean framesThisTurn;
    private boolean released;
    private String endReason;

    /**
     * @param peer  the peer's address, for people
     * @param local this side's address on the device
     */
    RdmaLink(Owner owner, String peer, RdmaDevice device, InetAddress local, boolean connector, int slots) {
        this.owner = owner;
        this.peer = peer;
        this.device = device;
        this.local = local;
        this.connector = connector;
        credits = new Credits(slots);
        intake = new Intake(credits, slots);
    }

    // ---- coming up -----------------------------------------------------------------------------------------------------------

    /** Who is told from now on; null gives the link up. What ended meanwhile is told at once. */
    void listener(LinkListener to) {
        listener = to;
        if (to == null) {
            close();
        } else if (state == State.ENDED) {
            to.onClosed(this, endReason);
        }
    }

    /** The place among the device's links, part of every work request's identity. */
    void identify(int ofPlace, int ofGeneration) {
        place = ofPlace;
        generation = ofGeneration;
    }

    int place() {
        return place;
    }

    int generation() {
        return generation;
    }

    void attach(LinkQueues made) {
        queues = made;
        ring = new SendRing(made.memory.ring(), made.memory.ringBytes());
        outlet = new Outlet(credits, ring, made, generation, place);
        state = State.READY;
    }

    InetAddress localAddress() {
        return local;
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    /** Null before the end. */
    String endReason() {
        return endReason;
    }

    /** The connection is established. Also called when its first batch overtakes the news. */
    void up() {
        if (state == State.READY) {
            state = State.UP;
            tellWritable();
        }
    }

    // ---- sending -------------------------------------------------------------------------------------------------------------

    @Override
    public LinkKind kind() {
        return LinkKind.RDMA;
    }

    @Override
    public String describe() {
        String where = peer + " over " + device.name();
        return queues == null ? where : where + ", queue pair " + queues.pairNumber;
    }

    @Override
    public DeviceFacts facts() {
        return queues == null
                ? new DeviceFacts(device.name(), device.kind().label(), 0, "none", 0, 0, 0, 0)
                : new DeviceFacts(device.name(), device.kind().label(), queues.pairNumber,
                        state == State.ENDED ? "none" : queues.pairState(), credits.room(), credits.underWay(), queues.inlineBytes,
                        queues.memory.totalBytes());
    }

    @Override
    public long claim(int length) {
        if (state == State.ENDED) {
            return CLOSED;
        }
        long address = state == State.UP ? ring.lend(length) : NOT_NOW;
        wanted |= address == NOT_NOW;
        return address;
    }

    @Override
    public void commit(int length) {
        if (state == State.ENDED) {
            return;
        }
        ring.commit(length);
        if (ring.hasClosed()) {
            post(false);
        }
    }

    @Override
    public void abandon() {
        if (state != State.ENDED) {
            ring.abandon();
        }
    }

    @Override
    public void flush() {
        if (state == State.UP) {
            flushWanted = true;
            post(true);
        }
    }

    private boolean maySend() {
        return state == State.UP && (connector || heard);
    }

    /** Posts batches as far as possible; {@code open} includes the one that could still grow. */
    private void post(boolean open) {
        if (maySend()) {
            checkPost(outlet.post(open));
            flushWanted &= ring.hasUnposted();
        }
    }

    private void report() {
        if (maySend()) {
            checkPost(outlet.report());
        }
    }

    /** Credits and the send queue's depth leave no reason for a refusal but a broken queue pair. */
    private void checkPost(int error) {
        if (error != 0) {
            end("the queue pair takes no more work: " + Errno.describe(error));
        }
    }

    // ---- completions ---------------------------------------------------------------------------------------------------------

    void onCompletion(int kind, int detail, int status, int byteLength) {
        if (status == CompletionStatus.FLUSHED && connector && state == State.READY) {
            return; // the attempt failed; the connection event behind this says why
        }
        if (CompletionStatus.isForbidden(status)) {
            endWrong(CompletionStatus.describe(status));
        } else if (status != CompletionStatus.SUCCESS) {
            end(CompletionStatus.describe(status));
        } else if (kind == WorkId.SEND) {
            outlet.completed(detail);
        } else {
            onBatch(detail, byteLength);
        }
    }

    private void onBatch(int slot, int byteLength) {
        up();
        heard = true;
        long batch = queues.memory.slot(slot);
        String wrong = intake.check(batch, byteLength, ring);
        if (wrong != null) {
            endWrong("what arrived is no batch: " + wrong);
            return;
        }
        deliver(batch + BatchHeader.LENGTH, byteLength - BatchHeader.LENGTH);
        intake.done(slot);
    }

    private void deliver(long frames, int length) {
        int at = 0;
        while (at < length && state != State.ENDED) {
            int frameLength = length - at < FrameHeader.LENGTH ? FrameHeader.BAD_LENGTH : FrameHeader.check(frames + at);
            if (frameLength < 0 || frameLength > length - at) {
                endWrong("what arrived is no frame (at byte " + at + " of a batch of " + length + ")");
                return;
            }
            framesThisTurn = true;
            listener.onFrame(this, frames + at, frameLength);
            at = BatchHeader.align(at + frameLength);
        }
    }

    /** All completions of this turn have been handed out. */
    void endTurn() {
        if (state == State.ENDED) {
            return;
        }
        repost();
        if (flushWanted || state == State.UP && ring.hasClosed()) {
            post(flushWanted);
        }
        if (state != State.ENDED && credits.reportDue()) {
            report();
        }
        if (state != State.ENDED && credits.hasUntold()) {
            owner.startClock(this);
        }
        if (framesThisTurn && state != State.ENDED) {
            framesThisTurn = false;
            listener.onBatchEnd(this);
        }
        tellWritable();
    }

    private void repost() {
        int error = intake.repost(queues, generation, place);
        if (error != 0) {
            end("the queue pair takes no more receive slots: " + Errno.describe(error));
        }
    }

    private void tellWritable() {
        if (wanted && state == State.UP && ring.hasRoom(FrameHeader.MAX_FRAME_LENGTH)) {
            wanted = false;
            listener.onWritable(this);
        }
    }

    /** Batches have waited long enough to be reported. */
    void onClock() {
        if (state == State.UP && credits.hasUntold()) {
            report();
        }
    }

    @Override
    public int poll(int limit) {
        return 0; // the lane's loop polls the device for all links at once
    }

    @Override
    public long pendingBytes() {
        return ring == null ? 0 : ring.keptBytes();
    }

    // ---- the end -------------------------------------------------------------------------------------------------------------

    @Override
    public void close() {
        end("closed by this side");
    }

    /** Nothing that wears out or is pulled explains this: one of the two agents is wrong, or somebody else speaks on the connection. */
    private void endWrong(String reason) {
        if (listener != null) {
            listener.onGarbage(this);
        }
        end(reason);
    }

    void end(String reason) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        endReason = reason;
        owner.onEnded(this);
        if (ring == null || ring.keptBytes() == 0) {
            releaseRetained();
        }
        if (listener != null) {
            listener.onClosed(this, reason);
        }
    }

    @Override
    public long replay(long afterSequence, Sink sink) {
        return ring == null ? afterSequence : ring.replay(afterSequence, sink);
    }

    @Override
    public boolean retainsAfter(long afterSequence) {
        return ring != null && ring.retainsAfter(afterSequence);
    }

    @Override
    public void releaseRetained() {
        close();
        if (!released) {
            released = true;
            if (ring != null) {
                ring.release();
            }
            owner.onReleased(this);
        }
    }

    @Override
    public String toString() {
        return describe() + " " + state;
    }
}
