package dev.weft.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The outbound memory of a link: a chunk that frames are written into one behind the other.
 *
 * <pre>
 *   chunk  | with the channel | committed | room ...             |
 *          0                taken      written             CHUNK_BYTES
 * </pre>
 *
 * The channel holds slices of a chunk; when it has sent them all, the chunk is used again from its beginning, which keeps a link that
 * is not backed up in the same few cache lines. A chunk that is full while slices are out is left to the channel, and a new one begun;
 * the channel's high-water mark bounds how many there can be. Lane's thread only.
 */
final class SendMemory {
    static final int CHUNK_BYTES = 256 * 1024;

    private final ByteBufAllocator allocator;
    private ByteBuf chunk;
    private long address;
    private int taken;
    private int written;

    SendMemory(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    boolean hasRoom(int length) {
        if (chunk == null) {
            return false;
        }
        if (taken == written && written > 0 && chunk.refCnt() == 1) {
            taken = 0;
            written = 0;
        }
        return CHUNK_BYTES - written >= length;
    }

    /** Begins a new chunk; everything committed has been taken. */
    void renew() {
        release();
        chunk = allocator.directBuffer(CHUNK_BYTES, CHUNK_BYTES).writerIndex(CHUNK_BYTES);
        address = NativeAddress.of(chunk);
    }

    /** Address behind what is committed. */
    long next() {
        return address + written;
    }

    void commit(int length) {
        written += length;
    }

    int committedBytes() {
        return written - taken;
    }

    /** What is committed, for the channel to send and release. */
    ByteBuf takeCommitted() {
        ByteBuf slice = chunk.retainedSlice(taken, written - taken);
        taken = written;
        return slice;
    }

    void release() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
            taken = 0;
            written = 0;
        }
    }
}
