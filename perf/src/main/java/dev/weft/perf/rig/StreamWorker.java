package dev.weft.perf.rig;

import dev.weft.perf.transport.Transceiver;

/** What workers on one stream have in common. */
abstract class StreamWorker extends CountingWorker {
    final Transceiver transceiver;

    StreamWorker(Transceiver transceiver) {
        this.transceiver = transceiver;
    }

    @Override
    public final String describe() {
        return transceiver.describe();
    }

    @Override
    public final long retransmits() {
        return transceiver.retransmits();
    }

    @Override
    public final void close() {
        transceiver.close();
    }
}
