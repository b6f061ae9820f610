package dev.weft.messaging;

import dev.weft.frame.MessageHeader;
import dev.weft.loop.LaneLoop;
import dev.weft.message.MessageCarrier;
import dev.weft.message.MessageLane;
import java.util.concurrent.atomic.AtomicBoolean;

/** One lane's side of every driver of the host: takes turns among their outboxes, and hands out what arrives. */
final class LaneMail implements MessageLane, Wakeable {
    private final Drivers drivers;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final Runnable onSignal = () -> signalled.set(false); // the turn that runs this polls as well
    private volatile LaneLoop loop;
    private volatile Outbox[] outboxes = new Outbox[0];
    private int turn;

    LaneMail(Drivers drivers) {
        this.drivers = drivers;
    }

    /** The lane runs and can be woken. */
    void open(LaneLoop laneLoop) {
        loop = laneLoop;
        wake();
    }

    synchronized void add(Outbox outbox) {
        Outbox[] grown = java.util.Arrays.copyOf(outboxes, outboxes.length + 1);
        grown[outboxes.length] = outbox;
        outboxes = grown;
    }

    synchronized void remove(Outbox outbox) {
        outboxes = java.util.Arrays.stream(outboxes).filter(each -> each != outbox).toArray(Outbox[]::new);
    }

    @Override
    public void wake() {
        LaneLoop lane = loop;
        if (lane != null && !signalled.get() && signalled.compareAndSet(false, true)) {
            lane.execute(onSignal);
        }
    }

    @Override
    public int poll(MessageCarrier carrier, int limit) {
        Outbox[] all = outboxes;
        if (all.length == 0) {
            return 0;
        }
        int taken = 0;
        turn = turn + 1 < all.length ? turn + 1 : 0;
        for (int i = 0; i < all.length && taken < limit; i++) {
            int at = turn + i;
            taken += all[at < all.length ? at : at - all.length].poll(carrier, limit - taken);
        }
        return taken;
    }

    @Override
    public int deliver(int vni, long message, int length) {
        NetworkDriver driver = drivers.at(vni, MessageHeader.destinationHigh(message), MessageHeader.destinationLow(message));
        return driver == null ? NO_LISTENER : driver.deliver(message, length);
    }
}
