package dev.weft.rdma;

import com.ibm.disni.verbs.IbvContext;
import dev.weft.rdma.verbs.AsyncEvent;
import dev.weft.rdma.verbs.ExtendedVerbs;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asynchronous events of devices. A device has one queue of them for the whole process, but lanes share the device: every lane waits
 * for the descriptor, one of them gets the event and tells the others.
 *
 * <p>Any thread.
 */
final class DeviceEvents {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceEvents.class);

    private record Member(LaneDevice device, RdmaLoop loop, RdmaLoop.Watch watch) {
    }

    private final List<Member> members = new CopyOnWriteArrayList<>();
    /** Lanes that have made something on a device, or may; under its own lock. */
    private final Map<IbvContext, Integer> users = new IdentityHashMap<>();

    /** On the lane's thread. */
    void join(ExtendedVerbs verbs, LaneDevice device, RdmaLoop loop) {
        RdmaLoop.Watch[] watch = new RdmaLoop.Watch[1];
        watch[0] = loop.watch(verbs.asyncFd(device.context), () -> take(verbs, device, watch[0]));
        members.add(new Member(device, loop, watch[0]));
        synchronized (users) {
            users.merge(device.context, 1, Integer::sum);
        }
    }

    /** On the lane's thread. */
    void leave(LaneDevice device) {
        for (Member member : members) {
            if (member.device == device) {
                member.watch.close();
                members.remove(member);
            }
        }
    }

    /** A lane has freed everything it had made on the device. On its worker thread. */
    void freed(LaneDevice device) {
        synchronized (users) {
            users.merge(device.context, -1, (before, change) -> before + change == 0 ? null : before + change);
        }
    }

    /** Closes a device that is taken away, unless another lane still uses it. On a worker thread. */
    void letGo(ExtendedVerbs verbs, LaneDevice device) throws IOException {
        synchronized (users) {
            if (!users.containsKey(device.context)) {
                verbs.letGo(device.context);
                LOG.info("RDMA device {}: closed", device.name);
            }
        }
    }

    private void take(ExtendedVerbs verbs, LaneDevice device, RdmaLoop.Watch watch) {
        try {
            AsyncEvent event;
            while ((event = verbs.takeAsyncEvent(device.context)) != null) {
                LOG.info("RDMA device {}: {} (port {})", device.name, event.name(), event.port());
                tell(device.context, event);
            }
        } catch (IOException e) {
            LOG.warn("RDMA device {}: {}", device.name, e.getMessage());
            watch.close();
        }
    }

    private void tell(IbvContext context, AsyncEvent event) {
        for (Member member : members) {
            if (member.device.context == context) {
                member.loop.execute(() -> member.device.onAsyncEvent(event));
            }
        }
    }
}
