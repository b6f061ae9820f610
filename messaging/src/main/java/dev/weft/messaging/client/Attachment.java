package dev.weft.messaging.client;

import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.CloseHelper;

/**
 * Something of Aeron's that belongs to one driver's life and is made again on the next driver. A driver that was just started may refuse
 * for a moment, because it does not know this host's addresses yet: it is asked again. One thread.
 *
 * @param <T> what is made
 */
final class Attachment<T extends AutoCloseable> {
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Connection connection;
    private final Function<Aeron, T> maker;
    private Connection.Epoch epoch;
    private T made;
    private String problem = "";
    private long nextTry;

    /**
     * @throws RuntimeException of Aeron's when the driver refuses
     */
    Attachment(Connection connection, Function<Aeron, T> maker) {
        this.connection = connection;
        this.maker = maker;
        epoch = connection.epoch();
        if (epoch != null) {
            made = maker.apply(epoch.aeron());
        }
    }

    /** That of the present driver, or null while there is none or it refuses. */
    T get() {
        Connection.Epoch now = connection.epoch();
        return now == epoch && made != null ? made : again(now);
    }

    private T again(Connection.Epoch now) {
        if (now == null) {
            problem = "there is no media driver at present";
            epoch = null;
            made = null;
            return null;
        }
        if (now != epoch || System.nanoTime() - nextTry >= 0) {
            epoch = now;
            made = null;
            nextTry = System.nanoTime() + AGAIN_NANOS;
            try {
                made = maker.apply(now.aeron());
                problem = "";
            } catch (AeronException | IllegalStateException | InternalError e) { // the client ended meanwhile, or its memory was cut
                problem = String.valueOf(e.getMessage());
            }
        }
        return made;
    }

    /** Why there is none; empty when there is. */
    String problem() {
        return problem;
    }

    /** To touch what was made was a fault: its driver's memory is not there any more. */
    void fault() {
        made = null;
        connection.fault(epoch);
    }

    void close() {
        try {
            CloseHelper.close(made);
        } catch (InternalError e) {
            fault();
        }
        made = null;
    }
}
