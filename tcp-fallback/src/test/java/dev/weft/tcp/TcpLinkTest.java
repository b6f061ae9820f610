package dev.weft.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.frame.FrameHeader;
import dev.weft.link.LinkContract;
import dev.weft.link.LinkRig;
import dev.weft.link.LinkTransport;
import dev.weft.link.Recorder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract over real sockets, and what only a byte stream can do wrong. */
class TcpLinkTest extends LinkContract {
    private final TcpTransport transport = new TcpTransport();

    @Override
    protected LinkTransport transport() {
        return transport;
    }

    @Override
    protected InetSocketAddress freeAddress() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Socket stranger(Recorder saw) throws IOException {
        InetSocketAddress address = freeAddress();
        right.listen(address, saw);
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        return socket;
    }

    @Test
    void shouldPutTogetherAFrameThatArrivesByteByByte() throws IOException {
        Recorder saw = new Recorder();
        byte[] frame = frame(5, 700);
        try (Socket socket = stranger(saw)) {
            OutputStream out = socket.getOutputStream();
            for (byte each : frame) {
                out.write(each);
                out.flush();
            }
            LinkRig.until("frame arrives", () -> saw.framesSeen.get() == 1);
        }
        assertArrayEquals(frame, saw.frames.getFirst());
    }

    @Test
    void shouldTakeTenThousandTinyFramesFromOneWrite() throws IOException {
        Recorder saw = new Recorder(false);
        ByteBuffer all = ByteBuffer.allocate(10_000 * FrameHeader.LENGTH);
        for (int i = 0; i < 10_000; i++) {
            all.put(frame(i, FrameHeader.LENGTH));
        }
        try (Socket socket = stranger(saw)) {
            socket.getOutputStream().write(all.array());
            LinkRig.until("all arrive", () -> saw.framesSeen.get() == 10_000);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, FrameHeader.MAX_BODY_LENGTH + 1})
    void shouldCloseOnALengthThatIsNotAllowedWithoutWaitingForIt(int bodyLength) throws IOException {
        Recorder saw = new Recorder();
        byte[] header = frame(1, FrameHeader.LENGTH);
        ByteBuffer.wrap(header).putInt(4, bodyLength);
        try (Socket socket = stranger(saw)) {
            socket.getOutputStream().write(header);
            LinkRig.until("closed", () -> !saw.closings.isEmpty());
            assertEquals(-1, socket.getInputStream().read(), "the connection is closed");
        }
        assertTrue(saw.frames.isEmpty());
        assertTrue(saw.closings.getFirst().contains("length"), saw.closings.getFirst());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 255, 'G'})
    void shouldCloseOnAnotherVersionOrGarbage(int version) throws IOException {
        Recorder saw = new Recorder();
        byte[] header = frame(1, FrameHeader.LENGTH);
        header[0] = (byte) version;
        try (Socket socket = stranger(saw)) {
            socket.getOutputStream().write(header);
            LinkRig.until("closed", () -> !saw.closings.isEmpty());
        }
        assertTrue(saw.closings.getFirst().contains("version"), saw.closings.getFirst());
    }

    @Test
    void shouldWaitForTheRestOfAHeaderAndReportAnEndWithinIt() throws IOException {
        Recorder saw = new Recorder();
        try (Socket socket = stranger(saw)) {
            socket.getOutputStream().write(frame(1, FrameHeader.LENGTH), 0, FrameHeader.LENGTH - 1);
        }
        LinkRig.until("closed", () -> !saw.closings.isEmpty());
        assertTrue(saw.frames.isEmpty());
    }

    @Test
    void shouldSurviveMutatedFramesFromManyStrangers() throws IOException {
        Random random = new Random(17);
        for (int stranger = 0; stranger < 50; stranger++) {
            Recorder saw = new Recorder(false);
            try (Socket socket = stranger(saw)) {
                byte[] bytes = new byte[4096];
                random.nextBytes(bytes);
                System.arraycopy(frame(1, FrameHeader.LENGTH), 0, bytes, 0, random.nextInt(FrameHeader.LENGTH));
                socket.getOutputStream().write(bytes);
            }
            LinkRig.until("over", () -> !saw.closings.isEmpty());
        }
        Ends after = connect();
        send(left, after.left(), java.util.List.of(frame(1, 9000)));
        LinkRig.until("the lane still serves others", () -> after.rightSaw().framesSeen.get() == 1);
    }
}
