package dev.weft.perf.rig;

import dev.weft.perf.transport.MessageHandler;
import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transceiver;
import dev.weft.perf.transport.Transport;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Connect, request, response, close, and again: what a new connection costs. Allocates, since connections do. */
public final class Connector extends CountingWorker implements MessageHandler {
    private static final long TIME_OUT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int MAX_FAILURES = 100;

    private final Transport transport;
    private final String address;
    private final StreamSetup setup;
    private final NanoClock clock;
    private final long limit;
    private final LatencyRecorder latency = new LatencyRecorder(false);
    private volatile String description = "";
    private int failuresInARow;
    private boolean answered;

    public Connector(Transport transport, String address, StreamSetup setup, NanoClock clock, long limit) {
        this.transport = transport;
        this.address = address;
        this.setup = setup;
        this.clock = clock;
        this.limit = limit;
    }

    @Override
    public int doWork() {
        if (sendingStopped() || tally.sent.get() == limit || failuresInARow == MAX_FAILURES) {
            finish();
            return 0;
        }
        long begin = clock.nanoTime();
        tally.sent.add(1);
        try (Transceiver stream = transport.connect(address, setup, TIME_OUT_NANOS)) {
            answered = exchange(stream, begin);
            if (answered) {
                latency.record(clock.nanoTime() - begin);
                description = stream.describe();
            }
        } catch (IOException e) {
            answered = false;
        }
        if (!answered) {
            failuresInARow++;
            tally.lost.add(1);
            return 0;
        }
        failuresInARow = 0;
        tally.receivedBytes.add(2L * setup.messageBytes());
        tally.received.add(1);
        return 1;
    }

    private boolean exchange(Transceiver stream, long begin) {
        long room = stream.claim(setup.messageBytes());
        if (room < 0) {
            return false;
        }
        Message.write(room, tally.sent.get(), begin, begin);
        stream.commit(setup.messageBytes());
        stream.flush();
        answered = false;
        while (!answered && clock.nanoTime() - begin < TIME_OUT_NANOS) {
            if (stream.poll(this, 1) == Transceiver.CLOSED) {
                return answered;
            }
        }
        return answered;
    }

    @Override
    public boolean onMessage(long message, int length) {
        answered = length == setup.messageBytes();
        return true;
    }

    @Override
    public LatencyRecorder latency() {
        return latency;
    }

    @Override
    public boolean counts() {
        return true;
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public void close() {
        finish();
    }
}
