package dev.weft.messaging;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.MessageHeader;
import dev.weft.linux.Memory;
import dev.weft.message.MessageLane;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Messages on their way to one thread of a driver. Lanes and the drivers of the same host put them in; that thread takes them out and
 * hands them to the sockets. Bounded: what does not fit is refused, and the stream's own repair asks for it again.
 */
final class Inbox {
    /** A ring takes messages of up to an eighth of it: the smallest power of two for the largest frame. */
    static final int CAPACITY = BitUtil.findNextPositivePowerOfTwo(8 * FrameHeader.MAX_BODY_LENGTH);
    private static final int MESSAGE = 1;

    private final ManyToOneRingBuffer ring;
    private final SocketTable sockets;
    private final PeerAddresses sources = new PeerAddresses();
    private final UnsafeBuffer frames = new UnsafeBuffer(0, 0);
    private final MessageHandler handler = this::onMessage;
    private Wakeable reader = Wakeable.NONE;

    Inbox(SocketTable sockets) {
        this.sockets = sockets;
        ring = new ManyToOneRingBuffer(new UnsafeBuffer(
                java.nio.ByteBuffer.allocateDirect(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /** Who is woken when something was put in. Before use. */
    void reader(Wakeable thread) {
        reader = thread;
    }

    /**
     * Any thread.
     *
     * @param message address of a {@link MessageHeader} and the frames behind it
     * @return {@link MessageLane#DELIVERED} or {@link MessageLane#FULL}
     */
    int put(long message, int length) {
        int index = ring.tryClaim(MESSAGE, length);
        if (index < 0) {
            return MessageLane.FULL;
        }
        Memory.copy(message, ring.buffer().addressOffset() + index, length);
        ring.commit(index);
        reader.wake();
        return MessageLane.DELIVERED;
    }

    /** As {@link #put(long, int)}, of a message in two pieces. */
    int put(WireAddress source, WireAddress destination, long payload, int payloadLength) {
        int index = ring.tryClaim(MESSAGE, MessageHeader.LENGTH + payloadLength);
        if (index < 0) {
            return MessageLane.FULL;
        }
        long room = ring.buffer().addressOffset() + index;
        MessageHeader.write(room, source.high(), source.low(), source.port(), destination.high(), destination.low(), destination.port());
        Memory.copy(payload, room + MessageHeader.LENGTH, payloadLength);
        ring.commit(index);
        reader.wake();
        return MessageLane.DELIVERED;
    }

    boolean isEmpty() {
        return ring.producerPosition() == ring.consumerPosition();
    }

    /** Hands out what is there. The owning thread only. @return how many messages */
    int poll(int limit) {
        return ring.read(handler, limit);
    }

    private void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
        long message = buffer.addressOffset() + index;
        FabricSocket socket = sockets.find(MessageHeader.destinationHigh(message), MessageHeader.destinationLow(message),
                MessageHeader.destinationPort(message));
        if (socket == null) {
            return; // closed while the message was under way
        }
        WireAddress source = sources.get(MessageHeader.sourceHigh(message), MessageHeader.sourceLow(message),
                MessageHeader.sourcePort(message));
        frames.wrap(message + MessageHeader.LENGTH, length - MessageHeader.LENGTH);
        socket.onFrames(frames, length - MessageHeader.LENGTH, source.socket());
    }
}
