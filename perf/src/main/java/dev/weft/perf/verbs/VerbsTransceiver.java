package dev.weft.perf.verbs;

import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.SVCPostSend;
import dev.weft.linux.Descriptors;
import dev.weft.perf.transport.MessageHandler;
import dev.weft.perf.transport.StreamSetup;
import dev.weft.perf.transport.Transceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** Messages on a connected queue pair. Numbers count messages from 0 in each direction; message n uses slot n modulo the slots. */
final class VerbsTransceiver implements Transceiver {
    private static final int SUCCESS = IbvWcStatus.IBV_WC_SUCCESS.ordinal();
    private static final int PATIENCE_MILLIS = (int) TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS);
    private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** A spinning thread looks for the end of the connection this often; the kernel tells by another descriptor than completions. */
    private static final int LOOK_MASK = 0xFF;

    private final CmChannel channel;
    private final RdmaCmId id;
    private final VerbsQueues queues;
    private final VerbsMemory memory;
    private final Operation operation;
    private final int messageBytes;
    private final boolean spin;
    private final String description;
    private final int slots;
    private final int[] arrivedSlot;
    private final int[] arrivedLength;
    private final boolean[] ready;
    private final long[] readNumber;
    private long remoteMemory;
    private int remoteKey;
    private long sent;
    private long takenByPeer;
    private long arrived;
    private long taken;
    private long toldTaken;
    private long controls;
    private long posted;
    private long reaped;
    private int idlePolls;
    private boolean opened;
    private boolean peerEnded;
    private boolean broken;
    private boolean delivering;
    private boolean closed;

    /** Queues, identifier and a use of the channel end with this. */
    VerbsTransceiver(CmChannel channel, RdmaCmId id, VerbsQueues queues, Operation operation, StreamSetup setup, String description) {
        this.channel = channel;
        this.id = id;
        this.queues = queues;
        this.operation = operation;
        this.description = description;
        memory = queues.memory;
        messageBytes = setup.messageBytes();
        spin = setup.spin();
        slots = memory.slots;
        arrivedSlot = new int[slots];
        arrivedLength = new int[slots];
        ready = new boolean[slots];
        readNumber = new long[queues.sendDepth];
    }

    /** What this end tells the other about its memory. */
    Hello hello(long token) {
        return new Hello(token, memory.exposed(operation), queues.region.getRkey(), slots, operation.ordinal());
    }

    /** What the other end told. */
    void peer(Hello hello) {
        remoteMemory = hello.address();
        remoteKey = hello.key();
    }

    /** By the connecting end: the first message must be its (RFC 5044, section 7.1.3). */
    void open() {
        control(VerbsMemory.OPENING);
    }

    /** Whether the other end's first message is there. */
    boolean isOpened() throws IOException {
        if (!opened && progress() == 0) {
            await();
        }
        return opened;
    }

    boolean isBroken() {
        return broken;
    }

    // ---- sending -------------------------------------------------------------------------------------------------------------

    @Override
    public long claim(int length) {
        if (!broken && !hasRoom()) {
            progress();
            if (!hasRoom() && !spin && !delivering) {
                await();
            }
        }
        return broken ? CLOSED : hasRoom() ? memory.sendSlot(sent) + VerbsMemory.HEADER : NOT_NOW;
    }

    private boolean hasRoom() {
        return sent - takenByPeer < slots && posted - reaped <= queues.sendDepth - 2;
    }

    @Override
    public void commit(int length) {
        long slot = memory.sendSlot(sent);
        VerbsMemory.writeHeader(slot, taken, VerbsMemory.MESSAGE, length);
        toldTaken = taken;
        int flags = sent % (slots / 2) == 0 ? IbvSendWR.IBV_SEND_SIGNALED : 0;
        if (operation == Operation.WRITE) {
            SVCPostSend.SendWRMod written = queues.write.getWrMod(0);
            fill(written, slot + VerbsMemory.HEADER, length, 0);
            written.getRdmaMod().setRemote_addr(memory.remoteSlot(operation, remoteMemory, sent));
            written.getRdmaMod().setRkey(remoteKey);
            fill(queues.write.getWrMod(1), slot, VerbsMemory.HEADER, flags);
            post(queues.write.post(2), 2);
        } else {
            fill(queues.notice.getWrMod(0), slot, operation == Operation.SEND ? VerbsMemory.HEADER + length : VerbsMemory.HEADER, flags);
            post(queues.notice.post(1), 1);
        }
        sent++;
    }

    private void fill(SVCPostSend.SendWRMod request, long address, int length, int flags) {
        request.setWr_id(WorkId.send(posted + (request == queues.write.getWrMod(1) ? 1 : 0)));
        request.setSend_flags(length <= queues.inlineBytes ? flags | IbvSendWR.IBV_SEND_INLINE : flags);
        request.getSgeMod(0).setAddr(address);
        request.getSgeMod(0).setLength(length);
    }

    private void post(int error, int count) {
        posted += count;
        broken |= error != 0;
    }

    private void control(int kind) {
        long slot = memory.controlSlot(controls++);
        VerbsMemory.writeHeader(slot, taken, kind, 0);
        toldTaken = taken;
        fill(queues.notice.getWrMod(0), slot, VerbsMemory.HEADER, IbvSendWR.IBV_SEND_SIGNALED);
        post(queues.notice.post(1), 1);
    }

    @Override
    public void flush() {
        // posted is under way
    }

    // ---- receiving -----------------------------------------------------------------------------------------------------------

    @Override
    public int poll(MessageHandler handler, int limit) {
        int delivered = deliver(handler, limit);
        if (delivered < limit) {
            progress();
            delivered += deliver(handler, limit - delivered);
        }
        if (delivered > 0) {
            return delivered;
        }
        if (taken < arrived && ready[(int) (taken % slots)]) {
            return 0; // there, but not wanted now
        }
        if (broken || peerEnded && taken == arrived) {
            return CLOSED;
        }
        if (!spin) {
            await();
        } else if ((++idlePolls & LOOK_MASK) == 0) {
            lookAtConnection();
        }
        return 0;
    }

    private int deliver(MessageHandler handler, int limit) {
        int delivered = 0;
        delivering = true;
        while (delivered < limit && taken < arrived && ready[(int) (taken % slots)]) {
            int place = (int) (taken % slots);
            long address = operation == Operation.SEND ? memory.receiveSlot(arrivedSlot[place]) + VerbsMemory.HEADER
                    : memory.landingSlot(taken);
            if (!handler.onMessage(address, arrivedLength[place])) {
                break;
            }
            ready[place] = false;
            if (operation == Operation.SEND) {
                broken |= queues.postReceive(arrivedSlot[place]) != 0;
            }
            taken++;
            delivered++;
        }
        delivering = false;
        boolean all = peerEnded && taken == arrived;
        if (!broken && (taken - toldTaken >= slots / 2 || all && toldTaken < taken)) {
            control(VerbsMemory.TAKEN);
        }
        return delivered;
    }

    /** Takes completions. @return how many */
    private int progress() {
        try {
            int count = queues.poll.execute().getPolls();
            for (int i = 0; i < count; i++) {
                onCompletion(queues.completions[i]);
            }
            return count;
        } catch (IOException e) {
            broken = true;
            return 0;
        }
    }

    private void onCompletion(IbvWC completion) {
        long work = completion.getWr_id();
        if (completion.getStatus() != SUCCESS) {
            broken = true;
        } else if (WorkId.isReceive(work)) {
            onReceive((int) WorkId.number(work), completion.getByte_len());
        } else {
            long place = WorkId.number(work);
            reaped = Math.max(reaped, place + 1);
            if (WorkId.isRead(work)) {
                ready[(int) (readNumber[(int) (place % readNumber.length)] % slots)] = true;
            }
        }
    }

    private void onReceive(int slot, int length) {
        long header = memory.receiveSlot(slot);
        takenByPeer = Math.max(takenByPeer, VerbsMemory.taken(header));
        int kind = VerbsMemory.kind(header);
        opened = true;
        peerEnded |= kind == VerbsMemory.END;
        if (kind != VerbsMemory.MESSAGE) {
            broken |= queues.postReceive(slot) != 0;
            return;
        }
        int place = (int) (arrived % slots);
        arrivedSlot[place] = slot;
        arrivedLength[place] = VerbsMemory.length(header);
        boolean whole = operation != Operation.SEND || length == VerbsMemory.HEADER + arrivedLength[place];
        if (!whole || arrivedLength[place] < 0 || arrivedLength[place] > messageBytes || arrived - taken >= slots) {
            broken = true; // not what the other end agreed to
            return;
        }
        ready[place] = operation != Operation.READ;
        if (operation == Operation.READ) {
            read(arrived, arrivedLength[place]);
        }
        if (operation != Operation.SEND) {
            broken |= queues.postReceive(slot) != 0;
        }
        arrived++;
    }

    private void read(long number, int length) {
        SVCPostSend.SendWRMod request = queues.read.getWrMod(0);
        request.setWr_id(WorkId.read(posted));
        request.setSend_flags(IbvSendWR.IBV_SEND_SIGNALED);
        request.getSgeMod(0).setAddr(memory.landingSlot(number));
        request.getSgeMod(0).setLength(length);
        request.getRdmaMod().setRemote_addr(memory.remoteSlot(operation, remoteMemory, number));
        request.getRdmaMod().setRkey(remoteKey);
        readNumber[(int) (posted % readNumber.length)] = number;
        post(queues.read.post(1), 1);
    }

    // ---- waiting and the end -------------------------------------------------------------------------------------------------

    /** Sleeps until there is a completion, or {@link #PATIENCE_NANOS}. */
    private void await() {
        try {
            queues.arm.execute();
            if (progress() > 0) {
                return;
            }
            if (Descriptors.awaitReadable(queues.completionFd(), PATIENCE_MILLIS)) {
                queues.takeEvent();
                progress();
            } else {
                lookAtConnection();
            }
        } catch (IOException e) {
            broken = true;
        }
    }

    private void lookAtConnection() {
        try {
            for (CmChannel.Event event = channel.next(0); event != null; event = channel.next(0)) {
                if (event.type() == EventType.RDMA_CM_EVENT_CONNECT_REQUEST) {
                    channel.refuse(event);
                } else if (event.type() != EventType.RDMA_CM_EVENT_ESTABLISHED) {
                    progress(); // what came before counts
                    broken = true;
                }
            }
        } catch (IOException e) {
            broken = true;
        }
    }

    /** Waits until the other end has everything, for nobody will look after it later. */
    @Override
    public void endSending() {
        long begin = System.nanoTime();
        if (!broken) {
            control(VerbsMemory.END);
        }
        while (!broken && takenByPeer < sent && System.nanoTime() - begin < END_NANOS) {
            if (progress() == 0) {
                await();
            }
        }
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public long retransmits() {
        return -1;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        broken = true;
        try {
            disconnect();
            queues.close();
            channel.cm.destroyCmId(id);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            channel.leave();
        }
    }

    private void disconnect() {
        try {
            channel.cm.disconnect(id);
        } catch (IOException e) {
            broken = true; // the other end went first
        }
    }
}
