package dev.weft.link;

import dev.weft.loop.LaneLoop;

/**
 * A kind of link, found by {@link java.util.ServiceLoader}. Constructing the provider must not need a native library or a device:
 * {@link #availability} says whether there is one.
 */
public interface LinkTransport {

    LinkKind kind();

    /** Probed once and kept: whether links of this kind can be made on this host, and if not why and what to do. */
    Availability availability();

    /**
     * The part of the transport that lives on one lane. Only called when available.
     *
     * @param loop the lane's event loop; everything is called, and calls back, on its thread
     */
    LaneTransport open(LaneLoop loop);

    /**
     * @param available whether links can be made
     * @param reason    when not: what is missing, where it was looked for, and the remedy; when so: what was found
     */
    record Availability(boolean available, String reason) {
    }
}
