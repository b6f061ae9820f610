package dev.weft.tcp;

import dev.weft.frame.FrameHeader;
import dev.weft.linux.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * The inbound memory of a link: one buffer that the channel reads into again and again.
 *
 * <pre>
 *   | consumed | whole frames, then part of one | room to read into |
 *   0       consumed                         filled          BUFFER_BYTES
 * </pre>
 *
 * Netty asks for a buffer before each read; it is always given this one, with its writer index at {@code filled}. When the rest of a
 * frame might not fit behind it, the part that has arrived is moved to the front first: once per buffer, not per frame. Lane's thread only.
 */
@SuppressWarnings("deprecation") // RecvByteBufAllocator.Handle: deprecated in favour of its extension, which inherits from it
final class ReceiveMemory implements RecvByteBufAllocator {
    static final int BUFFER_BYTES = 256 * 1024;
    private static final int MAX_READS_IN_A_ROW = 4;

    private final ByteBufAllocator allocator;
    private ByteBuf buffer;
    private long address;
    private int consumed;

    ReceiveMemory(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    int available() {
        return buffer == null ? 0 : buffer.writerIndex() - consumed;
    }

    /** Address of the next byte not yet consumed. */
    long next() {
        return address + consumed;
    }

    void consume(int length) {
        consumed += length;
    }

    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }

    @Override
    public Handle newHandle() {
        return new ReadHandle();
    }

    private ByteBuf prepare() {
        if (buffer == null) {
            buffer = allocator.directBuffer(BUFFER_BYTES, BUFFER_BYTES);
            address = NativeAddress.of(buffer);
            consumed = 0;
        }
        int left = available();
        if (left == 0) {
            consumed = 0;
            buffer.writerIndex(0);
        } else if (BUFFER_BYTES - consumed < FrameHeader.MAX_FRAME_LENGTH) {
            Memory.copy(address + consumed, address, left);
            consumed = 0;
            buffer.writerIndex(left);
        }
        return buffer.retain(); // the reader releases it after each read
    }

    private final class ReadHandle implements ExtendedHandle {
        private int attempted;
        private int last;
        private int reads;

        @Override
        public ByteBuf allocate(ByteBufAllocator ignored) {
            return prepare();
        }

        @Override
        public int guess() {
            return BUFFER_BYTES;
        }

        @Override
        public void reset(ChannelConfig config) {
            reads = 0;
            last = 0;
        }

        @Override
        public void incMessagesRead(int count) {
            reads += count;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            return continueReading(() -> last == attempted);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            // Few reads in a row: the TUN queue must get its turn.
            return last > 0 && reads < MAX_READS_IN_A_ROW && maybeMore.get();
        }

        @Override
        public void readComplete() {
            // Nothing to adapt: the buffer has one size.
        }
    }
}
