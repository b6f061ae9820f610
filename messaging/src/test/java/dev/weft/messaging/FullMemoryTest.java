package dev.weft.messaging;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.MessagingConfig.Mode;
import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.agent.config.MessagingConfig.Unit;
import dev.weft.link.LinkRig;
import dev.weft.linux.FileSystems;
import dev.weft.testing.RequiresRoot;
import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver whose file system in memory is full: new streams are refused, those that are there go on, other networks notice nothing. */
@RequiresRoot
class FullMemoryTest {
    private static final String AT_A = "aeron:udp?endpoint=10.42.1.2:40001";
    private static final int MEMORY = 32 << 20;

    @TempDir
    private Path root;
    private TwoHosts hosts;
    private OfNetwork blue;
    private Aeron client;
    private Aeron far;
    private Subscription subscription;
    private Publication publication;

    @BeforeEach
    void start() throws Exception {
        hosts = new TwoHosts(new TwoHosts.Host("10.42.1.2"), new TwoHosts.Host("10.42.2.2"));
        blue = new OfNetwork("blue", TwoHosts.VNI, Unit.NETWORK, List.of(), Mode.SHARED, 8192, 64 << 10, MEMORY, 64, 0);
        Path aeron = MessagingDirectory.prepare(root, blue, null);
        hosts.a.start(blue, null, aeron);
        hosts.b.start(Streams.network("blue", TwoHosts.VNI, Mode.SHARED), null, root.resolve("far"));
        client = Streams.client(aeron);
        far = Streams.client(root.resolve("far"));
        subscription = client.addSubscription(AT_A, 1);
        publication = far.addPublication(AT_A, 1);
        LinkRig.until("connected", publication::isConnected);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        far.close();
        hosts.close();
        FileSystems.unmount(MessagingDirectory.mount(root, blue, null));
    }

    @Test
    void shouldRefuseTheStreamThatDoesNotFitAndTakeOneAgainWhenThereIsRoom() {
        List<Publication> all = new ArrayList<>();
        RegistrationException refused = assertThrows(RegistrationException.class, () -> {
            for (int stream = 2; stream < MEMORY / (192 << 10) + 10; stream++) {
                all.add(client.addPublication("aeron:udp?endpoint=10.42.1.2:40002", stream));
            }
        });
        assertTrue(refused.getMessage().contains("insufficient usable storage"), refused.getMessage());
        Streams.exchange(publication, subscription, 5_000, 500);
        all.forEach(Publication::close);
        LinkRig.until("done", () -> takes(1_000));
    }

    private boolean takes(int stream) {
        try {
            client.addPublication("aeron:udp?endpoint=10.42.1.2:40002", stream).close();
            return true;
        } catch (RegistrationException e) {
            return false; // the driver lets go of closed streams after their linger
        }
    }

    private Path fill() {
        Path filler = MessagingDirectory.mount(root, blue, null).resolve("filler");
        IOException full = assertThrows(IOException.class, () -> {
            try (OutputStream out = Files.newOutputStream(filler)) {
                while (true) {
                    out.write(new byte[4_096]);
                }
            }
        });
        assertTrue(full.getMessage().contains("No space left"), full.getMessage());
        return filler;
    }

    @Test
    void shouldSayWhyADriverDoesNotStartThere() {
        fill();
        IOException refused = assertThrows(IOException.class,
                () -> hosts.a.start(blue, null, MessagingDirectory.mount(root, blue, null).resolve("second")));
        assertTrue(refused.getMessage().contains("the file system is full"), refused.getMessage());
        Streams.exchange(publication, subscription, 1_000, 500);
    }

    @Test
    void shouldCarryOnWhenAContainerFillsTheFileSystemItself() throws IOException {
        Path filler = fill();
        hosts.copies = number -> number % 5 == 0 ? 0 : 1; // what is lost is written to the driver's loss report
        Streams.exchange(publication, subscription, 5_000, 500);
        RegistrationException refused = assertThrows(RegistrationException.class, () -> client.addPublication(AT_A, 2));
        assertTrue(refused.getMessage().contains("insufficient usable storage"), refused.getMessage());
        Files.delete(filler);
        client.addPublication(AT_A, 3).close();
    }
}
