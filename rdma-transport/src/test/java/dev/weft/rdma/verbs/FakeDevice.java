package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * The native structs of a device, in the test's own memory, whose four operations are Java methods. What the provider writes for the
 * device is read here by plain offsets, as C would.
 */
final class FakeDevice implements AutoCloseable {

    /** A work request as the device saw it. */
    record Posted(long id, int opcode, int flags, int immediate, long remoteAddress, long keyOrCompare, long swap, int atomicKey,
            List<Element> elements) {
    }

    record Element(long address, int length, int key) {
    }

    final PanamaContext context;
    final PanamaQp qp;
    final PanamaCq cq;
    final List<Posted> sent = new ArrayList<>();
    final List<Posted> received = new ArrayList<>();
    final List<Integer> notifications = new ArrayList<>();
    /** How many work requests fit before the queue is full. */
    int room = Integer.MAX_VALUE;
    /** What a full queue answers; some providers negate it. */
    int fullError = 12;
    /** Writes completions for poll_cq. */
    final List<java.util.function.Consumer<MemorySegment>> completions = new ArrayList<>();
    private final Arena arena = Arena.ofShared();

    FakeDevice() throws IOException {
        PanamaProvider.register();
        MemorySegment ops = arena.allocate(ObjectStructs.CONTEXT.byteSize(), 8);
        setOp(ops, ObjectStructs.POST_SEND, "postSend", int.class, long.class, long.class, long.class);
        setOp(ops, ObjectStructs.POST_RECV, "postRecv", int.class, long.class, long.class, long.class);
        setOp(ops, ObjectStructs.POLL_CQ, "pollCq", int.class, long.class, int.class, long.class);
        setOp(ops, ObjectStructs.REQ_NOTIFY_CQ, "reqNotify", int.class, long.class, int.class);
        context = new PanamaContext(ops.address());
        MemorySegment queue = arena.allocate(ObjectStructs.CQ);
        cq = new PanamaCq(context, null, queue.address());
        MemorySegment pair = arena.allocate(ObjectStructs.QP);
        pair.set(JAVA_INT, ObjectStructs.offset(ObjectStructs.QP, "qp_num"), 4711);
        MemorySegment domain = arena.allocate(ObjectStructs.PD);
        qp = new PanamaQp(context, new PanamaPd(context, domain.address()), cq, cq, pair.address());
    }

    private void setOp(MemorySegment ops, int place, String method, Class<?> result, Class<?>... arguments) {
        try {
            MethodHandle target = MethodHandles.lookup().bind(this, method, MethodType.methodType(result, arguments));
            FunctionDescriptor type = arguments.length == 2 ? FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT)
                    : FunctionDescriptor.of(JAVA_INT, JAVA_LONG, arguments[1] == int.class ? JAVA_INT : JAVA_LONG, JAVA_LONG);
            MemorySegment stub = Linker.nativeLinker().upcallStub(target, type, arena);
            ops.set(ADDRESS, ObjectStructs.offset(ObjectStructs.CONTEXT, "ops") + 8L * place, stub);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    int postSend(long pair, long first, long bad) {
        return post(sent, first, bad, true);
    }

    int postRecv(long pair, long first, long bad) {
        return post(received, first, bad, false);
    }

    private int post(List<Posted> to, long first, long bad, boolean send) {
        for (long at = first; at != 0; at = word(at, 8)) {
            if (to.size() == room) {
                MemorySegment.ofAddress(bad).reinterpret(8).set(JAVA_LONG, 0, at);
                return fullError;
            }
            List<Element> elements = new ArrayList<>();
            int count = half(at, 24);
            for (int i = 0; i < count; i++) {
                long element = word(at, 16) + 16L * i;
                elements.add(new Element(word(element, 0), half(element, 8), half(element, 12)));
            }
            to.add(send
                    ? new Posted(word(at, 0), half(at, 28), half(at, 32), half(at, 36), word(at, 40), word(at, 48), word(at, 56),
                            half(at, 64), elements)
                    : new Posted(word(at, 0), 0, 0, 0, 0, 0, 0, 0, elements));
        }
        return 0;
    }

    int pollCq(long queue, int most, long to) {
        int count = Math.min(most, completions.size());
        MemorySegment memory = MemorySegment.ofAddress(to).reinterpret(48L * most);
        for (int i = 0; i < count; i++) {
            completions.removeFirst().accept(memory.asSlice(48L * i, 48));
        }
        return count;
    }

    int reqNotify(long queue, int solicitedOnly) {
        notifications.add(solicitedOnly);
        return 0;
    }

    private static long word(long address, long offset) {
        return MemorySegment.ofAddress(address + offset).reinterpret(8).get(JAVA_LONG, 0);
    }

    private static int half(long address, long offset) {
        return MemorySegment.ofAddress(address + offset).reinterpret(4).get(JAVA_INT, 0);
    }

    @Override
    public void close() {
        arena.close();
    }
}
