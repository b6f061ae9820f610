package dev.weft.rdma;

import com.ibm.disni.verbs.IbvContext;
import dev.weft.rdma.verbs.ExtendedVerbs;
import java.io.IOException;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices one lane uses, and how it lets go of one that is taken away.
 *
 * <p>The kernel takes a device away only when every process has closed it, unless its driver can cut programs off (those of adapters can,
 * siw and rxe of Linux 6.1 cannot). Until then such a device works on, and nobody is told: its place in the list of devices is gone, but
 * no event comes. So the lane looks now and then. When a device is gone its links end, what was made on it is freed, and once the
 * last lane has done so the process closes it.
 *
 * <p>Lane's thread, except where said.
 */
final class LaneDevices {
    private static final Logger LOG = LoggerFactory.getLogger(LaneDevices.class);
    private static final long LOOK_NANOS = 500_000_000L;

    private final ExtendedVerbs verbs;
    private final RdmaLoop loop;
    private final RdmaLaneTransport.Worker work;
    private final DeviceEvents events;
    private final Consumer<IbvContext> onGone;
    private final Map<IbvContext, LaneDevice> devices = new IdentityHashMap<>();
    private RdmaLoop.Watch timer = () -> { };
    private boolean looking;

    /**
     * @param work   runs what may enter the kernel for a while
     * @param onGone told of a device that is taken away, when its links have ended
     */
    LaneDevices(ExtendedVerbs verbs, RdmaLoop loop, RdmaLaneTransport.Worker work, DeviceEvents events, Consumer<IbvContext> onGone) {
        this.verbs = verbs;
        this.loop = loop;
        this.work = work;
        this.events = events;
        this.onGone = onGone;
    }

    LaneDevice of(IbvContext context) {
        LaneDevice device = devices.get(context);
        if (device == null) {
            device = new LaneDevice(verbs, context, loop, work);
            devices.put(context, device);
            events.join(verbs, device, loop);
        }
        return device;
    }

    long staleCompletions() {
        return devices.values().stream().mapToLong(LaneDevice::staleCompletions).sum();
    }

    /** From now on devices that are taken away are noticed, also those that only a listener uses. */
    void startLooking() {
        if (!looking) {
            looking = true;
            timer = loop.after(LOOK_NANOS, this::look);
        }
    }

    private void look() {
        List<LaneDevice> looked = List.copyOf(devices.values());
        work.run(() -> {
            List<LaneDevice> gone = looked.stream().filter(device -> !verbs.isPresent(device.context)).toList();
            loop.execute(() -> {
                gone.forEach(this::leave);
                if (looking) {
                    timer = loop.after(LOOK_NANOS, this::look);
                }
            });
        });
    }

    private void leave(LaneDevice device) {
        if (!devices.remove(device.context, device)) {
            return;
        }
        LOG.warn("RDMA device {} is being taken away", device.name);
        device.endAll("the RDMA device " + device.name + " was removed");
        onGone.accept(device.context);
        stop(device);
        device.whenUnused(() -> work.run(() -> {
            destroy(device);
            events.letGo(verbs, device);
        }));
    }

    private void stop(LaneDevice device) {
        events.leave(device);
        device.stop();
    }

    private void destroy(LaneDevice device) throws IOException {
        device.destroy();
        events.freed(device);
    }

    /** No more completions and events are taken. @return what {@link #destroyAll} must be given when the last link is gone */
    Collection<LaneDevice> stopAll() {
        looking = false;
        timer.close();
        List<LaneDevice> stopped = List.copyOf(devices.values());
        stopped.forEach(this::stop);
        devices.clear();
        return stopped;
    }

    /** On the worker thread. */
    void destroyAll(Collection<LaneDevice> stopped) throws IOException {
        for (LaneDevice device : stopped) {
            destroy(device);
        }
    }
}
