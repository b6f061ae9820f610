package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.messaging.client.WeftMessaging;
import io.aeron.Aeron;
import io.aeron.CncFileDescriptor;
import io.aeron.exceptions.DriverTimeoutException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import org.agrona.SemanticVersion;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and foreign Aeron directories, as a client and as the agent see them. */
class DirectoryFaultTest {
    @TempDir
    private Path directory;
    private TwoHosts hosts;
    private Path good;
    private Path copy;

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoHosts(new TwoHosts.Host("10.42.1.2"), new TwoHosts.Host("10.42.2.2"));
        good = directory.resolve("good");
        hosts.a.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, good);
        copy = Files.createDirectory(directory.resolve("copy"));
        Files.copy(good.resolve(CncFileDescriptor.CNC_FILE), file());
    }

    @AfterEach
    void stop() {
        hosts.close();
    }

    private Path file() {
        return copy.resolve(CncFileDescriptor.CNC_FILE);
    }

    private static String refused(Path where) {
        return assertThrows(IOException.class, () -> WeftMessaging.connect(where).close()).getMessage();
    }

    private static void overwrite(Path file, long at, ByteBuffer with) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(with, at);
        }
    }

    private static ByteBuffer ofInt(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(0, value);
    }

    @Test
    void shouldTellAClientThatThereIsNoDriverAndWhatToDo() {
        assertTrue(refused(directory.resolve("nothing")).contains("is messaging on for the network"));
    }

    @Test
    void shouldTellAClientThatTheDirectoryIsOfAnotherAeron() throws IOException {
        overwrite(file(), CncFileDescriptor.cncVersionOffset(0), ofInt(SemanticVersion.compose(9, 1, 0)));
        String why = refused(copy);
        assertTrue(why.contains("another version of Aeron") && why.contains("9.1.0"), why);
    }

    @Test
    void shouldTellAClientThatTheFileIsCutShortInsteadOfWaitingForEver() throws IOException {
        for (long size : new long[] {0, 20, CncFileDescriptor.META_DATA_LENGTH, 4_096, Files.size(file()) - 4_096}) {
            try (RandomAccessFile cut = new RandomAccessFile(Files.copy(good.resolve(CncFileDescriptor.CNC_FILE), file(),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING).toFile(), "rw")) {
                cut.setLength(size);
            }
            String why = refused(copy);
            assertTrue(why.contains("is " + size + " bytes long"), why);
        }
    }

    @Test
    void shouldTellAClientThatTheDriverIsDead() throws IOException {
        long heartbeat = CncFileDescriptor.META_DATA_LENGTH + ringLength() - RingBufferDescriptor.TRAILER_LENGTH
                + RingBufferDescriptor.CONSUMER_HEARTBEAT_OFFSET;
        advance(heartbeat, -3_600_000); // an hour ago
        String why = refused(copy);
        assertTrue(why.contains("cannot be used") && why.contains("heartbeat"), why);
    }

    @Test
    void shouldNoticeWhatClientsDoToTheCommandFile() throws IOException {
        DriverHealth health = new DriverHealth(copy);
        assertEquals("", health.problem());
        try (RandomAccessFile cut = new RandomAccessFile(file().toFile(), "rw")) {
            cut.setLength(Files.size(file()) - 4_096);
        }
        assertTrue(health.problem().contains("a client cut it"), health.problem());
        Files.write(copy.resolve("other"), new byte[100]);
        Files.delete(file());
        assertTrue(health.problem().contains("is gone"), health.problem());
        Files.move(copy.resolve("other"), file());
        assertTrue(health.problem().contains("replaced"), health.problem());
    }

    @Test
    void shouldNoticeADriverThatIsSilentButNotAProcessThatWasStopped() throws IOException {
        DriverHealth health = new DriverHealth(copy); // the copy has no driver
        long heartbeat = CncFileDescriptor.META_DATA_LENGTH + ringLength() - RingBufferDescriptor.TRAILER_LENGTH
                + RingBufferDescriptor.CONSUMER_HEARTBEAT_OFFSET;
        for (int look = 0; look < 20; look++) {
            advance(heartbeat, 1_000);
            assertEquals("", health.problem(), "it beats");
        }
        for (int look = 0; look < 5; look++) {
            assertEquals("", health.problem(), "a look or some without a beat are no fault");
        }
        assertTrue(health.problem().contains("no heartbeat"), health.problem());
        advance(heartbeat, 1_000);
        assertEquals("", health.problem(), "it goes on");
    }

    @Test
    void shouldNoticeADriverThatBeatsButTakesNoCommands() throws IOException {
        DriverHealth health = new DriverHealth(copy);
        long trailer = CncFileDescriptor.META_DATA_LENGTH + ringLength() - RingBufferDescriptor.TRAILER_LENGTH;
        advance(trailer + RingBufferDescriptor.TAIL_POSITION_OFFSET, 64); // somebody asks
        for (int look = 0; look < 6; look++) {
            advance(trailer + RingBufferDescriptor.CONSUMER_HEARTBEAT_OFFSET, 1_000);
            assertEquals("", health.problem(), "it may be at work");
        }
        advance(trailer + RingBufferDescriptor.CONSUMER_HEARTBEAT_OFFSET, 1_000);
        assertTrue(health.problem().contains("does not take"), health.problem());
        advance(trailer + RingBufferDescriptor.HEAD_POSITION_OFFSET, 64);
        assertEquals("", health.problem(), "it has taken them");
    }

    @Test
    void shouldNoticeADriverThatReadPastTheLastCommand() throws IOException {
        DriverHealth health = new DriverHealth(copy);
        long trailer = CncFileDescriptor.META_DATA_LENGTH + ringLength() - RingBufferDescriptor.TRAILER_LENGTH;
        advance(trailer + RingBufferDescriptor.HEAD_POSITION_OFFSET, 4_096); // a false length was where it expected a command
        assertTrue(health.problem().contains("does not take"), health.problem());
    }

    /** Noise that leaves this driver deaf (seed 1), noise that does not (seed 0): nothing else may come of it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldServeOrBeReplacedWhenNoiseIsAmongTheCommands(int seed) throws Exception {
        DriverHealth health = new DriverHealth(good);
        byte[] noise = new byte[64 << 10];
        new Random(seed).nextBytes(noise);
        overwrite(good.resolve(CncFileDescriptor.CNC_FILE), CncFileDescriptor.META_DATA_LENGTH, ByteBuffer.wrap(noise));
        boolean served = isServed();
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofSeconds(1)) // as the agent looks
                .until(() -> served || health.problem().contains("does not take"));
    }

    private boolean isServed() {
        try (Aeron client = Aeron.connect(new Aeron.Context().aeronDirectoryName(good.toString()).driverTimeoutMs(3_000)
                .errorHandler(error -> { }))) {
            for (int number = 0; number < 20; number++) {
                client.addPublication("aeron:udp?endpoint=10.42.2.2:40001", 7).close();
            }
            return true;
        } catch (DriverTimeoutException e) {
            return false;
        }
    }

    private int ringLength() throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.READ)) {
            channel.read(length, CncFileDescriptor.TO_DRIVER_BUFFER_LENGTH_FIELD_OFFSET);
        }
        return length.getInt(0);
    }

    private void advance(long at, long by) throws IOException {
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer position = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
            channel.read(position, at);
            channel.write(position.putLong(0, position.getLong(0) + by).rewind(), at);
        }
    }
}
