package dev.weft.perf.aeron;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The first message of each stream, little-endian.
 *
 * <pre>
 *  0                8                16
 * +----------------+----------------+------ - -
 * | "WEFTAERO"     | token          | reply address, UTF-8; empty in the server's
 * +----------------+----------------+------ - -
 * </pre>
 */
record Greeting(long token, String replyAddress) {
    private static final long MAGIC = 0x4F52_4541_5446_4557L;
    private static final int HEADER = 16;
    private static final int MAX_BYTES = 512;

    UnsafeBuffer encode() {
        byte[] address = replyAddress.getBytes(StandardCharsets.UTF_8);
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[HEADER + address.length]);
        buffer.putLong(0, MAGIC, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(Long.BYTES, token, ByteOrder.LITTLE_ENDIAN);
        buffer.putBytes(HEADER, address);
        return buffer;
    }

    /** @return null when it is something else */
    static Greeting decode(DirectBuffer buffer, int offset, int length) {
        if (length < HEADER || length > MAX_BYTES || buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN) != MAGIC) {
            return null;
        }
        byte[] address = new byte[length - HEADER];
        buffer.getBytes(offset + HEADER, address);
        return new Greeting(buffer.getLong(offset + Long.BYTES, ByteOrder.LITTLE_ENDIAN),
                new String(address, StandardCharsets.UTF_8));
    }
}
