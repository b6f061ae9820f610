package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvCompChannel;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * A completion channel. Its descriptor is non-blocking and may be watched by an event loop.
 *
 * <p>libibverbs refuses to destroy a channel that completion queues still use, and DiSNI's programs destroy in exactly that order: then
 * the channel goes with its last completion queue.
 */
final class PanamaCompChannel extends IbvCompChannel {
    private final long address;
    private final Map<Long, PanamaCq> queues = new HashMap<>();
    private boolean destroyed;

    PanamaCompChannel(PanamaContext context, long address) throws IOException {
        super(ObjectStructs.readInt(address, ObjectStructs.COMP_CHANNEL, "fd"), context);
        this.address = address;
    }

    long address() {
        return address;
    }

    synchronized void add(PanamaCq cq) {
        queues.put(cq.address, cq);
    }

    /** A completion queue of this channel is gone. @return what destroying the channel answered, 0 if it was not its turn */
    synchronized int remove(PanamaCq cq) {
        queues.remove(cq.address);
        return destroyed && queues.isEmpty() ? IbvFunctions.destroyCompChannel(address) : 0;
    }

    /** @return 0, or an error number */
    synchronized int destroy() {
        close();
        destroyed = true;
        return queues.isEmpty() ? IbvFunctions.destroyCompChannel(address) : 0;
    }

    /**
     * Waits for an event and takes it.
     *
     * @param timeoutMillis 0 looks only, negative waits for ever
     * @return whether there was one
     */
    boolean takeEvent(int timeoutMillis) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(16, 8);
            do {
                if (timeoutMillis != 0 && !Descriptors.awaitReadable(getFd(), timeoutMillis) && timeoutMillis > 0) {
                    return false;
                }
                if (takeOne(event)) {
                    return true;
                }
            } while (timeoutMillis < 0 && isOpen());
            return false;
        }
    }

    private synchronized boolean takeOne(MemorySegment event) throws IOException {
        if (!isOpen()) {
            throw new IOException("get completion event on a closed completion channel");
        }
        if (IbvFunctions.getCqEvent(address, event) != 0) {
            if (Errno.last() == Errno.EAGAIN || Errno.last() == Errno.EINTR) {
                return false;
            }
            throw new IOException("ibv_get_cq_event failed: " + Errno.describe(Errno.last()));
        }
        PanamaCq cq = queues.get(event.get(ValueLayout.JAVA_LONG, 0));
        if (cq != null) {
            cq.eventTaken();
        }
        return true;
    }
}
