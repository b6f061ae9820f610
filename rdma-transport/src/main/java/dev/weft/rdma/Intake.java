package dev.weft.rdma;

/**
 * The receiving half of a link's bookkeeping: which batch must come next, and which receive slots are to be posted again once their
 * frames have been handed out. Nothing here allocates, but for what ends a link. Lane's thread only.
 */
final class Intake {
    private final Credits credits;
    private final int[] taken;
    private int takenCount;

    Intake(Credits credits, int slots) {
        this.credits = credits;
        taken = new int[slots];
    }

    /**
     * Checks a batch that arrived, and takes the credits it brings.
     *
     * @param ring loses the batches that the other side reports as taken
     * @return what is wrong with it, for people; null when nothing is
     */
    String check(long batch, int byteLength, SendRing ring) {
        if (byteLength < BatchHeader.LENGTH || BatchHeader.version(batch) != BatchHeader.VERSION) {
            return "version or length";
        }
        boolean report = BatchHeader.isReport(batch);
        if (BatchHeader.length(batch) != byteLength - BatchHeader.LENGTH || report != (byteLength == BatchHeader.LENGTH)) {
            return "length " + BatchHeader.length(batch) + " in a message of " + byteLength + " bytes";
        }
        if (!credits.onBatch(BatchHeader.number(batch), report)) {
            return "number " + BatchHeader.number(batch) + " is not the next";
        }
        int freed = credits.onReport(BatchHeader.taken(batch), BatchHeader.slots(batch));
        if (freed < 0) {
            return "it claims to have taken " + BatchHeader.taken(batch) + " with " + BatchHeader.slots(batch) + " slots";
        }
        ring.free(freed);
        return null;
    }

    /** The frames of the batch in this slot have been handed out. */
    void done(int slot) {
        taken[takenCount++] = slot;
    }

    /** Posts the slots that are done, in lists. @return 0, or the error number of the post that failed */
    int repost(LinkQueues queues, int generation, int place) {
        for (int done = 0; done < takenCount;) {
            int count = Math.min(LinkQueues.LIST, takenCount - done);
            for (int i = 0; i < count; i++) {
                int slot = taken[done + i];
                queues.setReceive(i, slot, WorkId.of(generation, place, WorkId.RECEIVE, slot));
            }
            int error = queues.receives.post(count);
            if (error != 0) {
                return error;
            }
            credits.onReposted(count);
            done += count;
        }
        takenCount = 0;
        return 0;
    }
}
