package dev.weft.rdma;

/**
 * Who may send how many batches, so that a message never meets an empty receive queue.
 *
 * <p>Every batch of either kind uses up one receive slot of the other side until it is reported back in the {@code taken} of a header. A
 * side with S slots lets the other have S - {@link #CONTROL} batches with frames and {@link #CONTROL} reports on the way.
 *
 * <p><b>Reports are lazy.</b> They ride on batches with frames. A batch of their own is sent when half the slots are unreported, when
 * a batch was unreported for long (the link's clock), or when half the other side's reports are.
 *
 * <p><b>Why it cannot lock up.</b> A report is only sent for at least one new batch with frames, or for two reports of the other
 * side, so an exchange of reports about reports dies out. A side that waits for room has received every report sent to it, or will;
 * the last of them gave it room for a batch with frames, and that batch reports the other side's reports.
 *
 * <p>Numbers are 32-bit and wrap. One thread.
 */
final class Credits {
    static final int CONTROL = 4;
    private static final int HISTORY = 2 * RdmaConfig.MAX_SLOTS;

    private final int ownSlots;
    private final boolean[] sentReport = new boolean[HISTORY];
    private final boolean[] arrivedReport = new boolean[HISTORY];
    private int peerSlots = RdmaConfig.MIN_SLOTS;
    private int sent;
    private int acknowledged;
    private int framesUnderWay;
    private int reportsUnderWay;
    private int delivered;
    private int received;
    private int framesUntold;
    private int reportsUntold;
    private boolean slotsTold;

    Credits(int ownSlots) {
        this.ownSlots = ownSlots;
    }

    // ---- sending -------------------------------------------------------------------------------------------------------------

    /** Batches with frames that may be sent now. */
    int room() {
        return Math.max(0, peerSlots - CONTROL - framesUnderWay);
    }

    boolean mayReport() {
        return reportsUnderWay < CONTROL;
    }

    /** Batches that were sent and not reported back. */
    int underWay() {
        return framesUnderWay + reportsUnderWay;
    }

    /** Takes the next number; with its header, everything received is reported. */
    int send(boolean isReport) {
        sent++;
        sentReport[sent & HISTORY - 1] = isReport;
        if (isReport) {
            reportsUnderWay++;
        } else {
            framesUnderWay++;
        }
        framesUntold = 0;
        reportsUntold = 0;
        slotsTold = true;
        return sent;
    }

    /**
     * The other side reports.
     *
     * @param taken number of the last batch it took
     * @return batches with frames that are newly taken, or -1 when it cannot have taken that
     */
    int onReport(int taken, int slots) {
        if (taken - acknowledged < 0 || taken - sent > 0 || slots < RdmaConfig.MIN_SLOTS || slots > RdmaConfig.MAX_SLOTS) {
            return -1;
        }
        peerSlots = slots;
        int frames = 0;
        while (acknowledged != taken) {
            acknowledged++;
            if (sentReport[acknowledged & HISTORY - 1]) {
                reportsUnderWay--;
            } else {
                frames++;
            }
        }
        framesUnderWay -= frames;
        return frames;
    }

    // ---- receiving -----------------------------------------------------------------------------------------------------------

    /**
     * A batch arrived and its frames go to the listener; its slot cannot receive yet.
     *
     * @return false when it is not the one that must come next
     */
    boolean onBatch(int number, boolean isReport) {
        if (number != delivered + 1) {
            return false;
        }
        delivered++;
        arrivedReport[delivered & HISTORY - 1] = isReport;
        return true;
    }

    /** The slots of the oldest {@code count} batches delivered can receive again: only now may they be reported. */
    void onReposted(int count) {
        for (int i = 0; i < count; i++) {
            received++;
            if (arrivedReport[received & HISTORY - 1]) {
                reportsUntold++;
            } else {
                framesUntold++;
            }
        }
    }

    /** Number of the last batch that may be reported, for the header of the next one sent. */
    int taken() {
        return received;
    }

    /** Whether a report is due without waiting for the clock. */
    boolean reportDue() {
        return framesUntold >= (ownSlots - CONTROL) / 2 || reportsUntold >= CONTROL / 2 || !slotsTold && received != 0;
    }

    /** Whether the clock must run: something with frames is unreported. */
    boolean hasUntold() {
        return framesUntold > 0;
    }

    int ownSlots() {
        return ownSlots;
    }
}
