package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.linux.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of librdmacm.so.1 (rdma/rdma_cma.h) that Weft calls. Pointers are plain addresses, 0 is NULL. All that can fail
 * answer -1 (or NULL) and leave the error in {@link Errno#last()}.
 */
final class CmFunctions {
    static final NativeLibrary LIBRARY = new NativeLibrary("librdmacm.so.1", "dev.weft.rdma.librdmacm");

    private static final FunctionDescriptor INT_POINTER = FunctionDescriptor.of(JAVA_INT, JAVA_LONG);
    private static final FunctionDescriptor INT_TWO = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor INT_POINTER_INT = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor VOID_POINTER = FunctionDescriptor.ofVoid(JAVA_LONG);

    private static final MethodHandle CREATE_EVENT_CHANNEL =
            capturing("rdma_create_event_channel", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle DESTROY_EVENT_CHANNEL = LIBRARY.function("rdma_destroy_event_channel", VOID_POINTER);
    private static final MethodHandle CREATE_ID =
            capturing("rdma_create_id", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle DESTROY_ID = capturing("rdma_destroy_id", INT_POINTER);
    private static final MethodHandle BIND_ADDR = capturing("rdma_bind_addr", INT_TWO);
    private static final MethodHandle RESOLVE_ADDR =
            capturing("rdma_resolve_addr", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RESOLVE_ROUTE = capturing("rdma_resolve_route", INT_POINTER_INT);
    private static final MethodHandle LISTEN = capturing("rdma_listen", INT_POINTER_INT);
    private static final MethodHandle CREATE_QP =
            capturing("rdma_create_qp", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle DESTROY_QP = LIBRARY.function("rdma_destroy_qp", VOID_POINTER);
    private static final MethodHandle CONNECT = capturing("rdma_connect", INT_TWO);
    private static final MethodHandle ACCEPT = capturing("rdma_accept", INT_TWO);
    private static final MethodHandle REJECT =
            capturing("rdma_reject", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_BYTE));
    private static final MethodHandle DISCONNECT = capturing("rdma_disconnect", INT_POINTER);
    private static final MethodHandle GET_CM_EVENT = capturing("rdma_get_cm_event", INT_TWO);
    private static final MethodHandle ACK_CM_EVENT = capturing("rdma_ack_cm_event", INT_POINTER);
    private static final MethodHandle DESTROY_EP = LIBRARY.function("rdma_destroy_ep", VOID_POINTER);
    private static final MethodHandle SET_OPTION = capturing("rdma_set_option",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private CmFunctions() {
    }

    private static MethodHandle capturing(String symbol, FunctionDescriptor type) {
        return LIBRARY.function(symbol, type, Errno.CAPTURE);
    }

    static long createEventChannel() {
        try {
            return (long) CREATE_EVENT_CHANNEL.invokeExact(Errno.segment());
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    static void destroyEventChannel(long channel) {
        voidOf(DESTROY_EVENT_CHANNEL, channel);
    }

    static int createId(long channel, MemorySegment id, long context, int portSpace) {
        try {
            return (int) CREATE_ID.invokeExact(Errno.segment(), channel, id.address(), context, portSpace);
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    static int destroyId(long id) {
        return intOf(DESTROY_ID, id);
    }

    static int bindAddr(long id, MemorySegment socketAddress) {
        return intOf(BIND_ADDR, id, socketAddress.address());
    }

    /** @param source may be {@link MemorySegment#NULL} */
    static int resolveAddr(long id, MemorySegment source, MemorySegment destination, int timeoutMillis) {
        try {
            return (int) RESOLVE_ADDR.invokeExact(Errno.segment(), id, source.address(), destination.address(), timeoutMillis);
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    static int resolveRoute(long id, int timeoutMillis) {
        return intOf(RESOLVE_ROUTE, id, timeoutMillis);
    }

    static int listen(long id, int backlog) {
        return intOf(LISTEN, id, backlog);
    }

    static int createQp(long id, long pd, MemorySegment initAttributes) {
        try {
            return (int) CREATE_QP.invokeExact(Errno.segment(), id, pd, initAttributes.address());
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    static void destroyQp(long id) {
        voidOf(DESTROY_QP, id);
    }

    static int connect(long id, MemorySegment parameters) {
        return intOf(CONNECT, id, parameters.address());
    }

    static int accept(long id, MemorySegment parameters) {
        return intOf(ACCEPT, id, parameters.address());
    }

    static int reject(long id, MemorySegment privateData, int length) {
        try {
            return (int) REJECT.invokeExact(Errno.segment(), id, privateData.address(), (byte) length);
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    static int disconnect(long id) {
        return intOf(DISCONNECT, id);
    }

    static int getCmEvent(long channel, MemorySegment event) {
        return intOf(GET_CM_EVENT, channel, event.address());
    }

    static int ackCmEvent(long event) {
        return intOf(ACK_CM_EVENT, event);
    }

    static void destroyEp(long id) {
        voidOf(DESTROY_EP, id);
    }

    static int setOption(long id, int level, int name, MemorySegment value) {
        try {
            return (int) SET_OPTION.invokeExact(Errno.segment(), id, level, name, value.address(), value.byteSize());
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    private static void voidOf(MethodHandle function, long argument) {
        try {
            function.invokeExact(argument);
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    private static int intOf(MethodHandle function, long argument) {
        try {
            return (int) function.invokeExact(Errno.segment(), argument);
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    private static int intOf(MethodHandle function, long first, long second) {
        try {
            return (int) function.invokeExact(Errno.segment(), first, second);
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }

    private static int intOf(MethodHandle function, long first, int second) {
        try {
            return (int) function.invokeExact(Errno.segment(), first, second);
        } catch (Throwable e) {
            throw IbvFunctions.impossible(e);
        }
    }
}
