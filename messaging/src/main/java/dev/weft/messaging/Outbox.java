package dev.weft.messaging;

import dev.weft.frame.MessageHeader;
import dev.weft.linux.Memory;
import dev.weft.message.MessageCarrier;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Messages of one thread of a driver on their way to one lane. Bounded: a driver that finds no room keeps its position and tries again in
 * its next round, which its publishers see as back-pressure.
 */
final class Outbox {
    private static final int MESSAGE = 1;

    private final int vni;
    private final OneToOneRingBuffer ring;
    private final ControlledMessageHandler handler = this::onMessage;
    private MessageCarrier carrier;

    /**
     * @param capacity a power of two, at least eight times the largest message
     */
    Outbox(int vni, int capacity) {
        this.vni = vni;
        ring = new OneToOneRingBuffer(new UnsafeBuffer(
                java.nio.ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /**
     * The owning driver thread only.
     *
     * @param payload address of the frames
     * @return false when there is no room now
     */
    boolean put(WireAddress source, WireAddress destination, long payload, int payloadLength) {
        int index = ring.tryClaim(MESSAGE, MessageHeader.LENGTH + payloadLength);
        if (index < 0) {
            return false;
        }
        long room = ring.buffer().addressOffset() + index;
        MessageHeader.write(room, source.high(), source.low(), source.port(), destination.high(), destination.low(), destination.port());
        Memory.copy(payload, room + MessageHeader.LENGTH, payloadLength);
        ring.commit(index);
        return true;
    }

    /** Offers what waits. Lane's thread only. @return how many messages were taken */
    int poll(MessageCarrier to, int limit) {
        carrier = to;
        return ring.controlledRead(handler, limit);
    }

    private ControlledMessageHandler.Action onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
        return carrier.offer(vni, buffer.addressOffset() + index, length) == MessageCarrier.TAKEN
                ? ControlledMessageHandler.Action.CONTINUE : ControlledMessageHandler.Action.ABORT;
    }

    boolean isEmpty() {
        return ring.producerPosition() == ring.consumerPosition();
    }
}
