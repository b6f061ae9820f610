package dev.weft.perf.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.perf.measure.HostProbe;
import dev.weft.perf.model.RunResult;
import dev.weft.perf.transport.Reason;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** This host as the client of another one, on behalf of a coordinator who has shown that he may ask. */
final class MeshRun extends Occupation {
    /** How often the coordinator hears that the measurement goes on. */
    static final int SIGN_OF_LIFE_MILLIS = 1000;

    private final Wire wire;
    private final MeshOrder order;
    private final Transports transports;
    private final HostProbe probe;
    private final long begin = System.nanoTime();
    private volatile PerfClient current;
    private volatile String aborted;
    private volatile String outcome = "ended before it began";

    MeshRun(Wire wire, MeshOrder order, Transports transports, HostProbe probe) {
        this.wire = wire;
        this.order = order;
        this.transports = transports;
        this.probe = probe;
    }

    @Override
    String clientHost() {
        return wire.remoteHost();
    }

    @Override
    long secondsLeft() {
        return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(order.plan().warmUpNanos() + order.plan().durationNanos()
                - (System.nanoTime() - begin)));
    }

    @Override
    String describe() {
        return "asks for " + order.plan().test().label() + " over " + order.plan().transport() + " to " + order.host() + " port "
                + order.port();
    }

    @Override
    void abort(String reason) {
        aborted = reason;
        PerfClient running = current;
        if (running != null) {
            running.stop(reason);
        }
    }

    @Override
    String run() {
        Thread measuring = Thread.ofPlatform().daemon().name("weft-perf-mesh").start(this::measureAndTell);
        try {
            while (true) {
                try {
                    if (wire.receive(SIGN_OF_LIFE_MILLIS) == null) {
                        break; // has what it came for, or is gone
                    }
                } catch (SocketTimeoutException e) {
                    wire.send(Wire.message("measuring"));
                }
            }
        } catch (IOException e) {
            abort("the coordinator went away: " + Reason.of(e));
        }
        abort("the coordinator went away");
        try {
            measuring.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return outcome;
    }

    private void measureAndTell() {
        ObjectNode answer;
        try {
            RunResult run = measure();
            answer = Wire.message("measured");
            answer.set("run", Wire.JSON.valueToTree(run));
            outcome = run.verdict().state().label();
        } catch (IOException | RuntimeException e) {
            outcome = "not measured: " + Reason.of(e);
            answer = Wire.message("refused").put("reason", Reason.of(e));
        }
        setAnswered();
        try {
            wire.send(answer);
        } catch (IOException e) {
            outcome += "; the coordinator did not hear of it: " + Reason.of(e);
        }
    }

    /** The other end may still be ending its last test. */
    private RunResult measure() throws IOException {
        String startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        return WhileBusy.retry(() -> {
            PerfClient client = new PerfClient(order.host(), order.port(), transports, probe, List.of());
            current = client;
            if (aborted != null) {
                throw new IOException(aborted);
            }
            Outcome measured = client.run(order.plan(), (interval, fromServer) -> { });
            return RunAssembler.assemble(startedAt, order.plan().toParameters(order.host(), 1, List.of()), order.plan(), List.of(measured));
        });
    }
}
