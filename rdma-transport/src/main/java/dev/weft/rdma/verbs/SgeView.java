package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.SVCPostSend;
import java.lang.foreign.MemorySegment;

/** One scatter/gather element where the device reads it. */
final class SgeView implements SVCPostSend.SgeMod {
    private final MemorySegment memory;
    private final long base;

    SgeView(MemorySegment memory, long base, IbvSge from) {
        this.memory = memory;
        this.base = base;
        setAddr(from.getAddr());
        setLength(from.getLength());
        setLkey(from.getLkey());
    }

    @Override
    public void setAddr(long address) {
        memory.set(JAVA_LONG, base + WorkStructs.SGE_ADDR, address);
    }

    @Override
    public long getAddr() {
        return memory.get(JAVA_LONG, base + WorkStructs.SGE_ADDR);
    }

    @Override
    public void setLength(int length) {
        memory.set(JAVA_INT, base + WorkStructs.SGE_LENGTH, length);
    }

    @Override
    public int getLength() {
        return memory.get(JAVA_INT, base + WorkStructs.SGE_LENGTH);
    }

    @Override
    public void setLkey(int localKey) {
        memory.set(JAVA_INT, base + WorkStructs.SGE_LKEY, localKey);
    }

    @Override
    public int getLkey() {
        return memory.get(JAVA_INT, base + WorkStructs.SGE_LKEY);
    }
}
