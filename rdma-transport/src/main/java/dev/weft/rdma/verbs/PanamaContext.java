package dev.weft.rdma.verbs;

import com.ibm.disni.verbs.IbvContext;
import dev.weft.linux.Descriptors;
import dev.weft.linux.Libc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;

/** An open device. librdmacm opens each device once, so one object stands for one ibv_context. */
final class PanamaContext extends IbvContext {
    private static final ConcurrentHashMap<Long, PanamaContext> KNOWN = new ConcurrentHashMap<>();

    final long address;
    final MemorySegment postSend;
    final MemorySegment postRecv;
    final MemorySegment pollCq;
    final MemorySegment reqNotify;
    final int asyncFd;
    private final long device;

    PanamaContext(long address) throws IOException {
        super(ObjectStructs.readInt(address, ObjectStructs.CONTEXT, "cmd_fd"),
                ObjectStructs.readInt(address, ObjectStructs.CONTEXT, "num_comp_vectors"));
        this.address = address;
        asyncFd = ObjectStructs.readInt(address, ObjectStructs.CONTEXT, "async_fd");
        device = ObjectStructs.readLong(address, ObjectStructs.CONTEXT, "device");
        postSend = ObjectStructs.op(address, ObjectStructs.POST_SEND);
        postRecv = ObjectStructs.op(address, ObjectStructs.POST_RECV);
        pollCq = ObjectStructs.op(address, ObjectStructs.POLL_CQ);
        reqNotify = ObjectStructs.op(address, ObjectStructs.REQ_NOTIFY_CQ);
    }

    /**
     * The object for a pointer the library gave.
     *
     * @throws IOException when what lies there does not look like an ibv_context
     */
    static PanamaContext of(long address) throws IOException {
        PanamaContext known = KNOWN.get(address);
        if (known != null && known.stillThere()) {
            return known;
        }
        PanamaContext fresh = new PanamaContext(address);
        LayoutCheck.context(fresh);
        Descriptors.setNonBlocking(fresh.asyncFd);
        KNOWN.put(address, fresh);
        return fresh;
    }

    /** A device that was removed and closed leaves its memory to another. */
    private boolean stillThere() {
        return ObjectStructs.readInt(address, ObjectStructs.CONTEXT, "cmd_fd") == cmd_fd
                && ObjectStructs.readLong(address, ObjectStructs.CONTEXT, "device") == device;
    }

    boolean isPresent() {
        return Devices.isListed(device);
    }

    /**
     * Closes the device for the kernel. librdmacm keeps what it has opened until it finds another device in the list, so its descriptors
     * are not closed but made those of /dev/null: it can close them whenever it likes.
     */
    void letGo() throws IOException {
        KNOWN.remove(address, this);
        int nothing = Libc.open("/dev/null", Libc.O_RDONLY | Libc.O_CLOEXEC);
        try {
            Descriptors.replace(asyncFd, nothing);
            Descriptors.replace(cmd_fd, nothing);
        } finally {
            Descriptors.close(nothing);
        }
    }

    /** Kernel's name, {@code mlx5_0} or {@code siw0}. */
    String deviceName() {
        return Devices.name(device);
    }

    RdmaDevice.Kind kind() {
        return Devices.kind(device);
    }
}
