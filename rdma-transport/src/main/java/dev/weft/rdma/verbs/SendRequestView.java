package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.SVCPostSend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** One ibv_send_wr where the device library reads it; every setter changes it in place. */
final class SendRequestView implements SVCPostSend.SendWRMod, SVCPostSend.RdmaMod {
    private final MemorySegment memory;
    private final long base;
    private final boolean atomic;
    private final SgeView[] elements;

    SendRequestView(MemorySegment memory, long base, long firstElement, IbvSendWR from) {
        this.memory = memory;
        this.base = base;
        atomic = from.getOpcode() == IbvSendWR.IBV_WR_ATOMIC_CMP_AND_SWP || from.getOpcode() == IbvSendWR.IBV_WR_ATOMIC_FETCH_AND_ADD;
        elements = new SgeView[from.getSg_list().size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = new SgeView(memory, firstElement + i * WorkStructs.SGE_SIZE, from.getSge(i));
        }
        setWr_id(from.getWr_id());
        memory.set(JAVA_LONG, base + WorkStructs.SEND_SG_LIST, elements.length == 0 ? 0 : memory.address() + firstElement);
        memory.set(JAVA_INT, base + WorkStructs.SEND_NUM_SGE, Math.min(from.getNum_sge(), elements.length));
        memory.set(JAVA_INT, base + WorkStructs.SEND_OPCODE, from.getOpcode());
        memory.set(JAVA_INT, base + WorkStructs.SEND_IMM_DATA, from.getImm_data());
        setSend_flags(from.getSend_flags());
        copyRemote(from);
    }

    /** DiSNI keeps the remote side of atomics apart from that of reads and writes; programs that fill only the latter are meant too. */
    private void copyRemote(IbvSendWR from) {
        if (!atomic) {
            setRemote_addr(from.getRdma().getRemote_addr());
            setRkey(from.getRdma().getRkey());
            return;
        }
        IbvSendWR.Atomic operands = from.getAtomic();
        boolean inAtomic = operands.getRemote_addr() != 0;
        setRemote_addr(inAtomic ? operands.getRemote_addr() : from.getRdma().getRemote_addr());
        setRkey(inAtomic ? operands.getRkey() : from.getRdma().getRkey());
        memory.set(JAVA_LONG, base + WorkStructs.SEND_COMPARE_ADD, operands.getCompare_add());
        memory.set(JAVA_LONG, base + WorkStructs.SEND_SWAP, operands.getSwap());
    }

    /** Links this request to the one at an address; 0 ends the list here. */
    void setNext(long address) {
        memory.set(JAVA_LONG, base + WorkStructs.SEND_NEXT, address);
    }

    @Override
    public void setWr_id(long workRequestId) {
        memory.set(JAVA_LONG, base + WorkStructs.SEND_WR_ID, workRequestId);
    }

    @Override
    public long getWr_id() {
        return memory.get(JAVA_LONG, base + WorkStructs.SEND_WR_ID);
    }

    @Override
    public void setSend_flags(int flags) {
        memory.set(JAVA_INT, base + WorkStructs.SEND_FLAGS, flags);
    }

    @Override
    public int getSend_flags() {
        return memory.get(JAVA_INT, base + WorkStructs.SEND_FLAGS);
    }

    @Override
    public int getNum_sge() {
        return memory.get(JAVA_INT, base + WorkStructs.SEND_NUM_SGE);
    }

    @Override
    public int getOpcode() {
        return memory.get(JAVA_INT, base + WorkStructs.SEND_OPCODE);
    }

    @Override
    public SVCPostSend.RdmaMod getRdmaMod() {
        return this;
    }

    @Override
    public SVCPostSend.SgeMod getSgeMod(int index) {
        return elements[index];
    }

    @Override
    public void setRemote_addr(long address) {
        memory.set(JAVA_LONG, base + WorkStructs.SEND_REMOTE_ADDR, address);
    }

    @Override
    public long getRemote_addr() {
        return memory.get(JAVA_LONG, base + WorkStructs.SEND_REMOTE_ADDR);
    }

    @Override
    public void setRkey(int remoteKey) {
        memory.set(JAVA_INT, base + remoteKeyOffset(), remoteKey);
    }

    @Override
    public int getRkey() {
        return memory.get(JAVA_INT, base + remoteKeyOffset());
    }

    private long remoteKeyOffset() {
        return atomic ? WorkStructs.SEND_ATOMIC_RKEY : WorkStructs.SEND_RDMA_RKEY;
    }

    /** DiSNI names the padding behind the key; no device reads it. */
    @Override
    public void setReserved(int reserved) {
        memory.set(JAVA_INT, base + remoteKeyOffset() + Integer.BYTES, reserved);
    }

    @Override
    public int getReserved() {
        return memory.get(JAVA_INT, base + remoteKeyOffset() + Integer.BYTES);
    }

    static int elementCount(List<IbvSendWR> requests) {
        int count = 0;
        for (IbvSendWR request : requests) {
            count += request.getSg_list().size();
        }
        return count;
    }
}
