package dev.weft.directory;

import java.util.function.Consumer;

/**
 * Who the peers are, and which host owns which subnet.
 *
 * <p>A directory delivers one stream of events. After {@link #watch} the first events are {@code Added} for every host known,
 * then changes in the order of their revisions. When a source is unreadable, garbage or away the directory keeps its last good
 * view, delivers a {@link DirectoryEvent.Problem} and goes on; it never delivers {@code Removed} for a host it merely cannot see.
 * A lost watch is repaired inside by listing again and delivering the difference.
 */
public interface Directory extends AutoCloseable {

    /**
     * Starts the stream. Called once. Returns when the first view has been delivered or a problem was reported instead.
     *
     * @param listener called from one thread of the directory's own, never concurrently; must not block for long
     */
    void watch(Consumer<DirectoryEvent> listener);

    /** Ends the stream; no event is delivered after this returns. Idempotent. */
    @Override
    void close();
}
