package dev.weft.perf.transport;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A connected pair of transceivers, each on a thread of its own as transports ask for. */
final class TwoEnds implements AutoCloseable {
    static final long TOKEN = 0x77_65_66_74L;
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** One end. */
    static final class End implements AutoCloseable {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        Acceptor acceptor;
        Transceiver transceiver;

        <T> Future<T> later(Callable<T> task) {
            return thread.submit(task);
        }

        <T> T call(Callable<T> task) throws IOException {
            return await(later(task));
        }

        /** What was received until as many messages are there, or the stream is over. */
        long poll(MessageHandler handler, long messages) throws IOException {
            return call(() -> pollHere(handler, messages));
        }

        /** On this end's thread. */
        long pollHere(MessageHandler handler, long messages) {
            long begin = System.nanoTime();
            long received = 0;
            while (received < messages && System.nanoTime() - begin < PATIENCE_NANOS) {
                int delivered = transceiver.poll(handler, 16);
                if (delivered == Transceiver.CLOSED) {
                    return received;
                }
                received += delivered;
            }
            return received;
        }

        @Override
        public void close() throws IOException {
            call(() -> {
                if (transceiver != null) {
                    transceiver.close();
                }
                if (acceptor != null) {
                    acceptor.close();
                }
                return null;
            });
            thread.shutdown();
        }
    }

    final End server = new End();
    final End client = new End();

    static <T> T await(Future<T> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new AssertionError(e.getCause());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Listens; the server end has an acceptor afterwards. @return its address */
    String listen(Transport transport, StreamSetup setup) throws IOException {
        return server.call(() -> {
            server.acceptor = transport.listen(setup);
            return server.acceptor.address();
        });
    }

    /** @return whether the server end has accepted somebody in time */
    boolean accept(long nanos) throws IOException {
        return server.call(() -> {
            server.transceiver = server.acceptor.accept(nanos);
            return server.transceiver != null;
        });
    }

    static TwoEnds connected(Transport serverSide, Transport clientSide, StreamSetup setup) throws IOException {
        TwoEnds ends = new TwoEnds();
        try {
            String address = ends.listen(serverSide, setup);
            Future<Transceiver> accepted = ends.server.later(() -> ends.server.acceptor.accept(PATIENCE_NANOS));
            ends.client.call(() -> ends.client.transceiver = clientSide.connect(address, setup, PATIENCE_NANOS));
            ends.server.transceiver = await(accepted);
            if (ends.server.transceiver == null) {
                throw new AssertionError("connected but not accepted");
            }
            return ends;
        } catch (IOException | RuntimeException | Error e) {
            ends.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            client.close();
        } finally {
            server.close();
        }
    }
}
