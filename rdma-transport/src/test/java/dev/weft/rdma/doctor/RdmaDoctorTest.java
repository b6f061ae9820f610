package dev.weft.rdma.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.rdma.doctor.Finding.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each finding on a made-up host. */
class RdmaDoctorTest {
    private static final String PORT = "sys/class/infiniband/rxe0/ports/1/";

    @TempDir
    Path root;
    private String libraryProblem;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text + "\n");
    }

    private void process(String pid, String namespace) throws IOException {
        Files.createDirectories(root.resolve("proc/" + pid + "/ns"));
        Files.createSymbolicLink(root.resolve("proc/" + pid + "/ns/mnt"), Path.of(namespace));
    }

    @BeforeEach
    void makeAHealthyHost() throws IOException {
        write("proc/sys/kernel/osrelease", "6.1.0-44-amd64");
        for (String module : List.of("ib_core", "ib_uverbs", "rdma_cm", "rdma_ucm")) {
            Files.createDirectories(root.resolve("sys/module/" + module));
        }
        write("sys/module/ib_core/parameters/netns_mode", "Y");
        write("dev/infiniband/rdma_cm", "");
        write("dev/infiniband/uverbs0", "");
        write(PORT + "state", "4: ACTIVE");
        write(PORT + "link_layer", "Ethernet");
        write(PORT + "rate", "10 Gb/sec");
        write(PORT + "gids/0", "0000:0000:0000:0000:0000:ffff:c000:0201");
        write(PORT + "gids/1", "0000:0000:0000:0000:0000:0000:0000:0000");
        write("proc/self/limits", "Max locked memory         unlimited            unlimited            bytes");
        write("proc/self/status", "CapEff:\t0000000000000000");
        process("self", "mnt:[1]");
        process("1", "mnt:[1]");
    }

    private Finding finding(String check) {
        return new RdmaDoctor(root, () -> libraryProblem).examine().stream().filter(each -> each.check().equals(check)).findFirst()
                .orElseThrow();
    }

    private void expect(Verdict verdict, String check, String detail, String remedy) {
        Finding found = finding(check);
        assertEquals(verdict, found.verdict(), found.toString());
        assertTrue(found.detail().contains(detail), found.toString());
        assertTrue(found.remedy().contains(remedy), found.toString());
    }

    @Test
    void shouldFindNothingWrongWithAHealthyHost() {
        for (Finding finding : new RdmaDoctor(root, () -> null).examine()) {
            assertEquals(Verdict.OK, finding.verdict(), finding.toString());
            assertEquals("", finding.remedy());
            assertFalse(finding.detail().isEmpty());
        }
        expect(Verdict.OK, "port rxe0/1", "1 GIDs: 0000:0000:0000:0000:0000:ffff:c000:0201", "");
    }

    @Test
    void shouldGiveARemedyForWhateverIsMissing() throws IOException {
        libraryProblem = "librdmacm.so.1 is not there";
        expect(Verdict.FAIL, "libraries", "librdmacm.so.1", "rdma-core");
        Files.delete(root.resolve("sys/module/rdma_ucm"));
        expect(Verdict.FAIL, "modules", "rdma_ucm", "modprobe -a rdma_ucm");
        Files.delete(root.resolve("dev/infiniband/uverbs0"));
        expect(Verdict.FAIL, "device files", "rdma_cm", "modprobe ib_uverbs");
        write("proc/sys/kernel/osrelease", "4.19.0");
        expect(Verdict.WARN, "kernel", "4.19", "newer kernel");
    }

    @Test
    void shouldSayWhatIsWrongWithAPort() throws IOException {
        write(PORT + "state", "1: DOWN");
        expect(Verdict.WARN, "port rxe0/1", "DOWN", "ip link set");
        write(PORT + "state", "4: ACTIVE");
        write(PORT + "gids/0", "0000:0000:0000:0000:0000:0000:0000:0000");
        expect(Verdict.WARN, "port rxe0/1", "0 GIDs", "underlay address");
    }

    @Test
    void shouldSayHowToMakeADeviceWhereThereIsNone() throws IOException {
        try (var files = Files.walk(root.resolve("sys/class/infiniband"))) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
        expect(Verdict.FAIL, "devices", "no RDMA device", "rdma link add");
    }

    @Test
    void shouldJudgeTheLimitOfLockedMemory() throws IOException {
        write("proc/self/limits", "Max locked memory         8388608              8388608              bytes");
        expect(Verdict.WARN, "locked memory", "8388608", "LimitMEMLOCK");
        write("proc/self/status", "CapEff:\t000001ffffffffff");
        expect(Verdict.OK, "locked memory", "CAP_IPC_LOCK", "");
    }

    @Test
    void shouldTellTheModeOfNetworkNamespaces() throws IOException {
        write("sys/module/ib_core/parameters/netns_mode", "N");
        expect(Verdict.OK, "namespaces", "exclusive", "");
    }

    @Test
    void shouldNameContainersThatHaveDevices() throws IOException {
        process("77", "mnt:[2]");
        write("proc/77/comm", "training");
        write("proc/77/root/dev/infiniband/uverbs0", "");
        process("78", "mnt:[1]");
        write("proc/78/root/dev/infiniband/uverbs0", "");
        expect(Verdict.WARN, "exposure", "77 (training)", "do not give containers /dev/infiniband");
        assertFalse(finding("exposure").detail().contains("78"));
    }
}
