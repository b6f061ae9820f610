package dev.weft.messaging.client;

import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The connection with a driver, made again when the driver is. A driver that was started anew has a new file in the same place; that is
 * looked for now and then, because its clients would otherwise notice only by silence, after ten seconds.
 */
final class Connection implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CONNECT_MILLIS = 1_000;

    /** One driver's life, as this client sees it. */
    record Epoch(Aeron aeron, CommandFile file) {
    }

    private final Path directory;
    private volatile Epoch epoch;
    private volatile long nextLook;
    private boolean closed;

    /**
     * @throws IOException when there is no driver, it does not answer, is of another version, or may not be used
     */
    Connection(Path directory) throws IOException {
        this.directory = directory;
        CommandFile file = CommandFile.read(directory);
        if (file == null) {
            throw new IOException("there is no media driver in " + directory + "; is messaging on for the network, and is its directory"
                    + " mounted (weft messaging cdi)?");
        }
        CommandFile.checkUsable(directory);
        try {
            epoch = new Epoch(connect(), file);
        } catch (AeronException e) {
            throw new IOException("the media driver in " + directory + " cannot be used: " + e.getMessage(), e);
        }
        nextLook = System.nanoTime() + LOOK_NANOS;
    }

    private Aeron connect() {
        return Aeron.connect(new Aeron.Context().aeronDirectoryName(directory.toString()).driverTimeoutMs(CONNECT_MILLIS * 10)
                .errorHandler(failure -> { })); // what fails shows in the results of offer and poll
    }

    /** The driver that is there now, or null. */
    private CommandFile present() {
        try {
            return CommandFile.read(directory);
        } catch (IOException e) {
            return null; // broken, or not for this process any more
        }
    }

    /** The present one; null while there is no driver. Costs a time stamp, and ten times a second a look at a file. */
    Epoch epoch() {
        long now = System.nanoTime();
        return now - nextLook < 0 ? epoch : look(now);
    }

    private synchronized Epoch look(long now) {
        if (closed || now - nextLook < 0) {
            return epoch;
        }
        nextLook = now + LOOK_NANOS;
        CommandFile file = present();
        if (epoch != null && (!epoch.file.equals(file) || epoch.aeron.isClosed())) {
            leave();
        }
        if (epoch == null && file != null) {
            try {
                if (Aeron.Context.isDriverActive(directory.toFile(), CONNECT_MILLIS, message -> { })) {
                    epoch = new Epoch(connect(), file);
                }
            } catch (AeronException | InternalError e) {
                return null; // it is just coming or just going, or its file was cut under our eyes: the next look
            }
        }
        return epoch;
    }

    @Override
    public synchronized void close() {
        closed = true;
        leave();
        nextLook = System.nanoTime();
    }

    /** The memory of this driver is not there any more: somebody cut its files. */
    synchronized void fault(Epoch broken) {
        if (epoch == broken) {
            leave();
        }
    }

    private void leave() {
        if (epoch != null) {
            Aeron leaving = epoch.aeron;
            epoch = null;
            try {
                leaving.close();
            } catch (AeronException | InternalError e) { // InternalError: mapped memory of a file that was cut
                LOG.log(System.Logger.Level.DEBUG, "the connection with the media driver did not end cleanly", e);
            }
        }
    }
}
