package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.linux.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of libibverbs.so.1 (infiniband/verbs.h) that Weft calls. Pointers are plain addresses, 0 is NULL. Functions that
 * answer NULL or -1 leave the error in {@link Errno#last()}; the others answer it.
 *
 * <p>{@code ibv_post_send}, {@code ibv_post_recv}, {@code ibv_poll_cq} and {@code ibv_req_notify_cq} are inline functions in the
 * header: they call pointers in {@code ibv_context.ops}, and so do the four {@code call...} methods here. Those need no library.
 */
final class IbvFunctions {
    static final NativeLibrary LIBRARY = new NativeLibrary("libibverbs.so.1", "dev.weft.rdma.libibverbs");

    private static final FunctionDescriptor INT_POINTER = FunctionDescriptor.of(JAVA_INT, JAVA_LONG);
    private static final FunctionDescriptor INT_THREE = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle GET_DEVICE_LIST =
            capturing("ibv_get_device_list", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE_DEVICE_LIST = LIBRARY.function("ibv_free_device_list", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle OPEN_DEVICE = capturing("ibv_open_device", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CLOSE_DEVICE = LIBRARY.function("ibv_close_device", INT_POINTER);
    private static final MethodHandle QUERY_DEVICE =
            LIBRARY.function("ibv_query_device", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle QUERY_PORT =
            LIBRARY.function("ibv_query_port", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_LONG));
    private static final MethodHandle QUERY_GID =
            capturing("ibv_query_gid", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_INT, JAVA_LONG));
    private static final MethodHandle ALLOC_PD = capturing("ibv_alloc_pd", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle DEALLOC_PD = LIBRARY.function("ibv_dealloc_pd", INT_POINTER);
    private static final MethodHandle REG_MR =
            capturing("ibv_reg_mr", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle DEREG_MR = LIBRARY.function("ibv_dereg_mr", INT_POINTER);
    private static final MethodHandle CREATE_COMP_CHANNEL =
            capturing("ibv_create_comp_channel", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle DESTROY_COMP_CHANNEL = LIBRARY.function("ibv_destroy_comp_channel", INT_POINTER);
    private static final MethodHandle CREATE_CQ = capturing("ibv_create_cq",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle DESTROY_CQ = LIBRARY.function("ibv_destroy_cq", INT_POINTER);
    private static final MethodHandle GET_CQ_EVENT = capturing("ibv_get_cq_event", INT_THREE);
    private static final MethodHandle ACK_CQ_EVENTS =
            LIBRARY.function("ibv_ack_cq_events", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle QUERY_QP = LIBRARY.function("ibv_query_qp",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MODIFY_QP = LIBRARY.function("ibv_modify_qp",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GET_ASYNC_EVENT =
            capturing("ibv_get_async_event", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ACK_ASYNC_EVENT = LIBRARY.function("ibv_ack_async_event", FunctionDescriptor.ofVoid(JAVA_LONG));

    private static final MethodHandle OP_POST = Linker.nativeLinker().downcallHandle(INT_THREE);
    private static final MethodHandle OP_POLL_CQ =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
    private static final MethodHandle OP_REQ_NOTIFY =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));

    private IbvFunctions() {
    }

    private static MethodHandle capturing(String symbol, FunctionDescriptor type) {
        return LIBRARY.function(symbol, type, Errno.CAPTURE);
    }

    /** A native call can only throw when its arguments do not fit its type: a defect of this class. */
    static IllegalStateException impossible(Throwable cause) {
        return new IllegalStateException("native call with unfitting arguments", cause);
    }

    /** @return array of ibv_device pointers ended by NULL, or 0 */
    static long getDeviceList(MemorySegment count) {
        try {
            return (long) GET_DEVICE_LIST.invokeExact(Errno.segment(), count.address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void freeDeviceList(long list) {
        try {
            FREE_DEVICE_LIST.invokeExact(list);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long openDevice(long device) {
        return pointerOf(OPEN_DEVICE, device);
    }

    static int closeDevice(long context) {
        return intOf(CLOSE_DEVICE, context);
    }

    static int queryDevice(long context, MemorySegment attributes) {
        try {
            return (int) QUERY_DEVICE.invokeExact(context, attributes.address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int queryPort(long context, int port, MemorySegment attributes) {
        try {
            return (int) QUERY_PORT.invokeExact(context, (byte) port, attributes.address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int queryGid(long context, int port, int index, MemorySegment gid) {
        try {
            return (int) QUERY_GID.invokeExact(Errno.segment(), context, (byte) port, index, gid.address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long allocPd(long context) {
        return pointerOf(ALLOC_PD, context);
    }

    static int deallocPd(long pd) {
        return intOf(DEALLOC_PD, pd);
    }

    static long regMr(long pd, long address, long length, int access) {
        try {
            return (long) REG_MR.invokeExact(Errno.segment(), pd, address, length, access);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int deregMr(long mr) {
        return intOf(DEREG_MR, mr);
    }

    static long createCompChannel(long context) {
        return pointerOf(CREATE_COMP_CHANNEL, context);
    }

    static int destroyCompChannel(long channel) {
        return intOf(DESTROY_COMP_CHANNEL, channel);
    }

    static long createCq(long context, int entries, long channel, int vector) {
        try {
            return (long) CREATE_CQ.invokeExact(Errno.segment(), context, entries, 0L, channel, vector);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int destroyCq(long cq) {
        return intOf(DESTROY_CQ, cq);
    }

    /** @param cqAndContext 16 bytes: receives the CQ's address, then its user context */
    static int getCqEvent(long channel, MemorySegment cqAndContext) {
        try {
            long address = cqAndContext.address();
            return (int) GET_CQ_EVENT.invokeExact(Errno.segment(), channel, address, address + 8);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void ackCqEvents(long cq, int count) {
        try {
            ACK_CQ_EVENTS.invokeExact(cq, count);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int queryQp(long qp, MemorySegment attributes, int mask, MemorySegment initAttributes) {
        try {
            return (int) QUERY_QP.invokeExact(qp, attributes.address(), mask, initAttributes.address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int modifyQp(long qp, MemorySegment attributes, int mask) {
        try {
            return (int) MODIFY_QP.invokeExact(qp, attributes.address(), mask);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int getAsyncEvent(long context, MemorySegment event) {
        try {
            return (int) GET_ASYNC_EVENT.invokeExact(Errno.segment(), context, event.address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void ackAsyncEvent(MemorySegment event) {
        try {
            ACK_ASYNC_EVENT.invokeExact(event.address());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** {@code ops.post_send} or {@code ops.post_recv}: @return 0 or an error number, which some providers negate */
    static int callPost(MemorySegment function, long qp, long firstRequest, long badRequest) {
        try {
            return (int) OP_POST.invokeExact(function, qp, firstRequest, badRequest);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** {@code ops.poll_cq}: @return completions taken, negative on failure */
    static int callPollCq(MemorySegment function, long cq, int most, long completions) {
        try {
            return (int) OP_POLL_CQ.invokeExact(function, cq, most, completions);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** {@code ops.req_notify_cq} */
    static int callReqNotify(MemorySegment function, long cq, int solicitedOnly) {
        try {
            return (int) OP_REQ_NOTIFY.invokeExact(function, cq, solicitedOnly);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static long pointerOf(MethodHandle function, long argument) {
        try {
            return (long) function.invokeExact(Errno.segment(), argument);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static int intOf(MethodHandle function, long argument) {
        try {
            return (int) function.invokeExact(argument);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
