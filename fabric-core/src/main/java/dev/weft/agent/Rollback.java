package dev.weft.agent;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Undoes the steps of an operation in reverse order unless {@link #commit} came first.
 *
 * <pre>{@code
 * try (Rollback rollback = new Rollback("attach " + key)) {
 *     InetAddress address = pool.take(key);
 *     rollback.push("give back " + address, () -> pool.release(key));
 *     ...
 *     rollback.commit();
 * }
 * }</pre>
 *
 * Not thread-safe. A step that fails to undo is logged and the rest are still undone.
 */
public final class Rollback implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);

    /** An undo step; may throw anything it must. */
    @FunctionalInterface
    public interface Step {
        void undo() throws Exception;
    }

    private record Named(String what, Step step) {
    }

    private final String operation;
    private final Deque<Named> steps = new ArrayDeque<>();

    public Rollback(String operation) {
        this.operation = operation;
    }

    public void push(String what, Step undo) {
        steps.push(new Named(what, undo));
    }

    /** The operation is done: nothing will be undone. */
    public void commit() {
        steps.clear();
    }

    @Override
    public void close() {
        while (!steps.isEmpty()) {
            Named named = steps.pop();
            try {
                named.step.undo();
            } catch (Exception e) {
                LOG.error("undo of '{}' failed at '{}': {}", operation, named.what, e.toString());
            }
        }
    }
}
