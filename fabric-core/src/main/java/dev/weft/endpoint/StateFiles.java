package dev.weft.endpoint;

import java.io.IOException;
import java.util.List;

/**
 * The few file operations the {@link EndpointStore} is made of, on one flat directory, so that tests can fail or stop any of them.
 * Each either happens or throws. Names are plain file names. May block; thread-safe for different names.
 */
public interface StateFiles {

    /** Names of the regular files. */
    List<String> list() throws IOException;

    boolean exists(String name) throws IOException;

    byte[] read(String name) throws IOException;

    /** Creates or replaces a file, whole or not at all; nothing is promised to be on the disk yet. */
    void write(String name, byte[] content) throws IOException;

    /** The file's content is on the disk when this returns. */
    void sync(String name) throws IOException;

    /** Replaces {@code to} in one step. */
    void rename(String from, String to) throws IOException;

    /** Idempotent. */
    void delete(String name) throws IOException;

    /** Renames and deletions are on the disk when this returns. */
    void syncDirectory() throws IOException;
}
