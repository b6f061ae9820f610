package dev.weft.directory;

/** One step of a {@link Directory}'s stream. Revisions grow; events of one reading share a revision. */
public sealed interface DirectoryEvent {

    /** The revision of the view this event belongs to; opaque but growing. */
    long revision();

    record Added(long revision, HostEntry host) implements DirectoryEvent {
    }

    record Changed(long revision, HostEntry before, HostEntry host) implements DirectoryEvent {
    }

    record Removed(long revision, HostEntry host) implements DirectoryEvent {
    }

    /** All events of this revision have been delivered: the view is whole. */
    record Synced(long revision) implements DirectoryEvent {
    }

    /** The source could not be read or was refused; the view of {@code revision} stays in force. */
    record Problem(long revision, String message) implements DirectoryEvent {
    }
}
