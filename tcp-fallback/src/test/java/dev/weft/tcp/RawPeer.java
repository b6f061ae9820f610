package dev.weft.tcp;

import dev.weft.frame.FrameHeader;
import dev.weft.frame.FrameType;
import dev.weft.linux.Memory;
import dev.weft.linux.NativeBytes;
import dev.weft.session.Hello;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

/** A peer that says whatever the test wants: a plain socket that has been greeted. */
final class RawPeer implements AutoCloseable {
    static final int EPOCH = 77;

    private final Socket socket;
    private final DataInputStream in;
    private long sequence;

    /** Connects as host {@code id} and is established when this returns. */
    RawPeer(String id, String other, InetSocketAddress to, long incarnation) throws IOException {
        socket = new Socket(to.getAddress(), to.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        in = new DataInputStream(socket.getInputStream());
        Hello hello = new Hello(FrameHeader.VERSION, FrameHeader.VERSION, EPOCH, incarnation, 0, 1, 0, 65_000, id, other);
        send(frame(FrameType.HELLO, 0, 0, 0, hello.encode()));
        byte[] answer = receive();
        if ((answer[1] & 0xFF) != FrameType.HELLO) {
            throw new IOException("not greeted: " + new String(answer, FrameHeader.LENGTH, answer.length - FrameHeader.LENGTH));
        }
    }

    static byte[] frame(int type, int vni, int epoch, long sequence, byte[] body) {
        long header = NativeBytes.allocate(FrameHeader.LENGTH);
        FrameHeader.write(header, type, body.length, vni, epoch, sequence);
        return ByteBuffer.allocate(FrameHeader.LENGTH + body.length).put(Memory.toArray(header, FrameHeader.LENGTH)).put(body).array();
    }

    /** A data frame of the sequence that is next. */
    byte[] data(int vni, byte[] body) {
        return frame(FrameType.DATA, vni, EPOCH, ++sequence, body);
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** The next frame from the other side. */
    byte[] receive() throws IOException {
        byte[] header = new byte[FrameHeader.LENGTH];
        in.readFully(header);
        ByteBuffer frame = ByteBuffer.allocate(header.length + ByteBuffer.wrap(header).getInt(4)).put(header);
        in.readFully(frame.array(), header.length, frame.remaining());
        return frame.array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
