package dev.weft.perf.verbs;

import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaEventChannel;
import dev.weft.linux.Descriptors;
import dev.weft.rdma.CmEvents;
import dev.weft.rdma.verbs.ConnectParameters;
import dev.weft.rdma.verbs.ExtendedCm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** Events of connections, waited for with a limit. Ends with the last of its users: a listener and the stream it accepted share one. */
final class CmChannel {
    /** What happened; the kernel's event is given back already. */
    record Event(EventType type, RdmaCmId id, byte[] data, String words) {
    }

    final ExtendedCm cm;
    final RdmaEventChannel channel;
    private int users = 1;

    CmChannel(ExtendedCm cm) throws IOException {
        this.cm = cm;
        channel = cm.createEventChannel();
    }

    /** @return the next event, or null when there is none in time; 0 only looks */
    Event next(long nanos) throws IOException {
        long deadline = System.nanoTime() + nanos;
        while (true) {
            RdmaCmEvent event = cm.getCmEvent(channel, 0);
            if (event != null) {
                Event read = new Event(CmEvents.type(event), event.getConnIdPriv(),
                        event.getConn() == null ? new byte[0] : ConnectParameters.privateData(event.getConn()), CmEvents.describe(event));
                cm.ackCmEvent(event);
                return read;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            Descriptors.awaitReadable(channel.getFd(), (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
        }
    }

    /** @throws IOException when something else happens first, or nothing in time */
    Event await(EventType wanted, long deadlineNanos) throws IOException {
        Event event = next(Math.max(1, deadlineNanos - System.nanoTime()));
        if (event == null) {
            throw new IOException("no answer in time");
        }
        if (event.type() != wanted) {
            throw new IOException(event.words());
        }
        return event;
    }

    /** Whoever asks for a connection now is sent away. */
    void refuse(Event request) throws IOException {
        cm.reject(request.id(), new byte[0]);
        cm.destroyCmId(request.id());
    }

    void use() {
        users++;
    }

    void leave() {
        if (--users == 0) {
            try {
                cm.destroyEventChannel(channel);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
