package dev.weft.lane;

import dev.weft.frame.FrameHeader;
import dev.weft.network.IpAddresses;
import java.nio.ByteBuffer;
import java.util.Random;

/** IP packets as a TUN queue gives them: ten bytes of virtio header first. */
public final class Packets {

    private Packets() {
    }

    /** A whole packet of the family of its addresses, with {@code payload} bytes made from {@code seed}. */
    public static byte[] packet(String from, String to, int payload, long seed) {
        byte[] source = IpAddresses.parse(from).getAddress();
        byte[] destination = IpAddresses.parse(to).getAddress();
        int header = source.length == 4 ? 20 : 40;
        byte[] data = new byte[payload];
        new Random(seed).nextBytes(data);
        ByteBuffer out = ByteBuffer.allocate(FrameHeader.VIRTIO_LENGTH + header + payload);
        out.position(FrameHeader.VIRTIO_LENGTH);
        if (header == 20) {
            out.put((byte) 0x45).put((byte) 0).putShort((short) (header + payload)).putInt(0);
            out.put((byte) 64).put((byte) 17).putShort((short) 0);
        } else {
            out.putInt(6 << 28).putShort((short) payload).put((byte) 17).put((byte) 64);
        }
        return out.put(source).put(destination).put(data).array();
    }
}
