package dev.weft.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.config.AgentConfig;
import dev.weft.directory.DirectoryEvent.Added;
import dev.weft.directory.DirectoryEvent.Changed;
import dev.weft.directory.DirectoryEvent.Problem;
import dev.weft.directory.DirectoryEvent.Removed;
import dev.weft.directory.DirectoryEvent.Synced;
import dev.weft.link.LinkRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file under a real watch. Nothing that happens to the file makes a host disappear that the file did not drop. */
class FileDirectoryTest {
    private static final String A = "- {id: a, address: 192.0.2.1, subnets: [10.42.1.0/24]}\n";
    private static final String B = "- {id: b, address: 192.0.2.2, subnets: [10.42.2.0/24]}\n";

    @TempDir
    private Path folder;
    private Path file;
    private FileDirectory directory;
    private final List<DirectoryEvent> events = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        file = folder.resolve("hosts.yaml");
        Files.writeString(file, "hosts:\n" + A + B);
        directory = new FileDirectory(file, new HostsFile(List.of(AgentConfig.DEFAULT_NETWORK), AgentConfig.DEFAULT_PORT));
        directory.watch(events::add);
    }

    @AfterEach
    void stop() {
        directory.close();
    }

    /** As an editor or a configuration tool does. */
    private void replace(String text) throws IOException {
        Path next = folder.resolve("hosts.yaml.new");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private List<String> told() {
        return events.stream().map(event -> switch (event) {
            case Added added -> "+" + added.host().id();
            case Changed changed -> "~" + changed.host().id();
            case Removed removed -> "-" + removed.host().id();
            case Synced synced -> "synced " + synced.revision();
            case Problem problem -> "problem at " + problem.revision();
        }).toList();
    }

    private void expect(String... last) {
        LinkRig.until(List.of(last).toString(), () -> told().size() >= last.length
                && told().subList(told().size() - last.length, told().size()).equals(List.of(last)));
    }

    @Test
    void shouldDeliverTheFirstViewBeforeItReturns() {
        assertEquals(List.of("+a", "+b", "synced 1"), told());
    }

    @Test
    void shouldDeliverDifferencesWithGrowingRevisionsAndWhatGoesFirst() throws IOException {
        replace("hosts:\n" + A + "- {id: c, address: 192.0.2.2, subnets: [10.42.2.0/24]}\n");
        expect("-b", "+c", "synced 2");
        replace("hosts:\n- {id: a, address: 192.0.2.9, subnets: [10.42.1.0/24]}\n");
        expect("-c", "~a", "synced 3");
    }

    @Test
    void shouldKeepItsViewWhenTheFileIsDeletedAndGoOnWhenItIsBack() throws IOException {
        Files.delete(file);
        expect("problem at 1");
        assertTrue(events.getLast() instanceof Problem problem && problem.message().contains(file.toString()));
        replace("hosts:\n" + A);
        expect("problem at 1", "-b", "synced 2");
    }

    @Test
    void shouldKeepItsViewThroughHalfWrittenAndWrongFiles() throws IOException {
        for (String text : List.of("hosts:\n" + A + "- {id: b, addr", "\u0000\u00ff garbage", "",
                "hosts:\n" + A + "- {id: b, address: 192.0.2.2, subnets: [10.42.1.0/25]}\n")) {
            int before = told().size();
            replace(text);
            LinkRig.until("a problem is told", () -> told().size() == before + 1);
            expect("problem at 1");
        }
        replace("hosts:\n" + A + B);
        LinkRig.until("well again", () -> told().getLast().equals("synced 2"));
        assertTrue(told().stream().noneMatch(event -> event.startsWith("-") || event.startsWith("~")), told().toString());
    }

    @Test
    void shouldTellTheSameProblemOnce() throws IOException {
        replace("hosts: 7");
        expect("problem at 1");
        replace("hosts: 7 ");
        replace("hosts:\n" + A);
        expect("synced 2");
        assertEquals(1, told().stream().filter("problem at 1"::equals).count());
    }

    @Test
    void shouldNotWaitForAFolderThatDoesNotExistYet() throws IOException {
        directory.close();
        events.clear();
        Path late = folder.resolve("later/hosts.yaml");
        directory = new FileDirectory(late, new HostsFile(List.of(AgentConfig.DEFAULT_NETWORK), AgentConfig.DEFAULT_PORT));
        directory.watch(events::add);
        assertEquals(List.of("problem at 0"), told());
        Files.createDirectory(late.getParent());
        Files.writeString(late, "hosts:\n" + A);
        expect("+a", "synced 1");
    }
}
