package dev.weft.perf.rig;

import dev.weft.linux.Memory;
import dev.weft.perf.transport.MessageHandler;
import dev.weft.perf.transport.Transceiver;

/** Sends back what it receives. */
public final class Echo extends StreamWorker implements MessageHandler {
    private static final int BATCH = 64;

    public Echo(Transceiver transceiver) {
        super(transceiver);
    }

    @Override
    public int doWork() {
        int delivered = transceiver.poll(this, BATCH);
        if (delivered == Transceiver.CLOSED) {
            finish();
            return 0;
        }
        transceiver.flush();
        return delivered;
    }

    @Override
    public boolean onMessage(long address, int length) {
        long room = transceiver.claim(length);
        if (room < 0) {
            return room == Transceiver.CLOSED; // gone: nobody waits for it; not now: it is offered again
        }
        Memory.copy(address, room, length);
        transceiver.commit(length);
        tally.received.add(1);
        tally.sent.add(1);
        return true;
    }

    @Override
    public boolean counts() {
        return false;
    }
}
