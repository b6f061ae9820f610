package dev.weft.perf.iperf3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/** A server of ours on a free port of the loopback, and everything it tells. */
final class RunningServer implements Iperf3Server.Listener, AutoCloseable {
    final BlockingQueue<TestReport> reports = new LinkedBlockingQueue<>();
    final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
    final BlockingQueue<TestInterval> intervals = new LinkedBlockingQueue<>();
    /** A permit for each test whose parameters were accepted. */
    final Semaphore begun = new Semaphore(0);
    final Iperf3Server server;
    private final Thread thread;

    RunningServer(Iperf3Server.Limits limits) throws IOException {
        server = new Iperf3Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), limits, this);
        thread = Thread.ofPlatform().start(() -> {
            try {
                server.serve();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    int port() {
        return server.port();
    }

    @Override
    public void onBegin(String peer, TestParameters parameters) {
        begun.release();
    }

    @Override
    public void onInterval(TestInterval interval) {
        intervals.add(interval);
    }

    @Override
    public void onEnd(TestReport report) {
        reports.add(report);
    }

    @Override
    public void onRefused(String peer, String reason) {
        refusals.add(reason);
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
