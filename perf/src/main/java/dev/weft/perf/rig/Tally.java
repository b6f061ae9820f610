package dev.weft.perf.rig;

/** What one worker counts; written on its thread, read on any. */
public final class Tally {
    /** Messages handed to the transport. */
    public final Count sent = new Count();
    /** Messages that count as delivered here: taken by a sink, or whole round trips. */
    public final Count received = new Count();
    /** Payload bytes of those; of round trips both ways together. */
    public final Count receivedBytes = new Count();
    /** Known to be missing: a gap in the sequence, or a reply that did not come. */
    public final Count lost = new Count();
    public final Count duplicated = new Count();
    public final Count reordered = new Count();
    /** Times an open loop found no room for a message that was due. */
    public final Count stalls = new Count();
}
