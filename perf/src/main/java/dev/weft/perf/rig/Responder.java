package dev.weft.perf.rig;

import dev.weft.perf.transport.Acceptor;
import dev.weft.perf.transport.Transceiver;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The far end of {@link Connector}: takes a connection, answers one request, waits for the end. */
public final class Responder extends CountingWorker {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Acceptor acceptor;
    private final NanoClock clock;
    private volatile String description = "";

    public Responder(Acceptor acceptor, NanoClock clock) {
        this.acceptor = acceptor;
        this.clock = clock;
    }

    @Override
    public int doWork() {
        try (Transceiver stream = acceptor.accept(Transceiver.PATIENCE_NANOS)) {
            if (stream == null) {
                return 0;
            }
            description = stream.describe();
            Echo echo = new Echo(stream);
            long begin = clock.nanoTime();
            while (!echo.isDone() && !sendingStopped() && clock.nanoTime() - begin < LONGEST_NANOS) {
                echo.doWork();
            }
            tally.received.add(echo.tally().received.get());
            tally.sent.add(echo.tally().sent.get());
            return 1;
        } catch (IOException e) {
            tally.lost.add(1); // a connection that broke while it was made; the connector counts it too
            return 0;
        }
    }

    @Override
    public boolean counts() {
        return false;
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public void close() {
        stopSending();
        acceptor.close();
    }
}
