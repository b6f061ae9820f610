package dev.weft.endpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.endpoint.StoredEndpoint.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointStoreTest {
    private static final String BOOT = "boot-1";
    private static final StoredEndpoint SAMPLE = Samples.stored("ctr", 3);

    private static byte[] fileOf(StoredEndpoint stored) {
        return EndpointCodec.encode(BOOT, stored);
    }

    private static String nameOf(StoredEndpoint stored) {
        return EndpointStore.fileName(stored.endpoint().key(), State.ATTACHED);
    }

    private static EndpointStore.Contents loadOf(Map<String, byte[]> files) throws IOException {
        return new EndpointStore(new MemoryStateFiles(files), BOOT).load();
    }

    @Test
    void shouldReadBackWhatItWroteToARealDirectory(@TempDir Path directory) throws Exception {
        StoredEndpoint six = StoredEndpoint.attached(withoutIpv4(Samples.stored("six", 4).endpoint()), Map.of());
        EndpointStore store = new EndpointStore(new DiskStateFiles(directory.resolve("a/b")), BOOT);
        store.put(SAMPLE);
        store.put(six);
        store.end(six.endpoint().key());
        store.begin(Samples.stored("begun", 6));
        store.begin(Samples.stored("done", 7));
        store.commit(Samples.key("done"));
        store.put(Samples.stored("gone", 5));
        store.remove(Samples.key("gone"));
        EndpointStore.Contents contents = new EndpointStore(new DiskStateFiles(directory.resolve("a/b")), BOOT).load();
        assertEquals(Map.of("ctr", SAMPLE, "six", six.in(State.DETACHING), "begun", Samples.stored("begun", 6).in(State.ATTACHING),
                "done", Samples.stored("done", 7)), byContainer(contents.current()));
        assertEquals(List.of(), contents.problems());
    }

    private static Endpoint withoutIpv4(Endpoint e) {
        return new Endpoint(e.key(), e.vni(), e.slot(), e.hostInterface(), e.mac(), null, e.ipv6(), e.netns(), e.netnsInode());
    }

    private static Map<String, StoredEndpoint> byContainer(List<StoredEndpoint> list) {
        Map<String, StoredEndpoint> map = new HashMap<>();
        list.forEach(stored -> map.put(stored.endpoint().key().containerId(), stored));
        return map;
    }

    @Test
    void shouldTellEndpointsOfAnotherBootApart() throws Exception {
        EndpointStore.Contents contents = loadOf(Map.of(nameOf(SAMPLE), EndpointCodec.encode("boot-0", SAMPLE)));
        assertEquals(List.of(), contents.current());
        assertEquals(List.of(SAMPLE), contents.otherBoots());
    }

    @Test
    void shouldSetAsideAFileWithAnyByteFlippedAndKeepItsContent() throws Exception {
        byte[] good = fileOf(SAMPLE);
        for (int i = 0; i < good.length; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << bit);
                assertSetAside(bad, "byte " + i + " bit " + bit);
            }
        }
    }

    @Test
    void shouldSetAsideATruncatedFileWhateverItsLength() throws Exception {
        byte[] good = fileOf(SAMPLE);
        for (int length = 0; length < good.length; length++) {
            assertSetAside(Arrays.copyOf(good, length), "length " + length);
        }
    }

    private static void assertSetAside(byte[] bad, String what) throws IOException {
        MemoryStateFiles files = new MemoryStateFiles(Map.of(nameOf(SAMPLE), bad));
        EndpointStore.Contents contents = new EndpointStore(files, BOOT).load();
        assertEquals(List.of(), contents.current(), what);
        assertEquals(List.of(), contents.otherBoots(), what);
        assertEquals(1, contents.problems().size(), what);
        assertArrayEquals(bad, files.contents().get(nameOf(SAMPLE) + ".set-aside-1"), what);
        assertEquals(1, files.contents().size(), what);
    }

    @Test
    void shouldRefuseAnUnknownVersionByName() throws Exception {
        String newer = new String(fileOf(SAMPLE), StandardCharsets.UTF_8).replace("\"version\":1", "\"version\":7");
        EndpointStore.Contents contents = loadOf(Map.of(nameOf(SAMPLE), newer.getBytes(StandardCharsets.UTF_8)));
        assertEquals(List.of(), contents.current());
        String problem = contents.problems().getFirst();
        assertTrue(problem.contains("version 7") && problem.contains(nameOf(SAMPLE)), problem);
    }

    @Test
    void shouldRefuseAFileThatBearsAnothersName() throws Exception {
        StoredEndpoint other = Samples.stored("other", 1);
        EndpointStore.Contents contents = loadOf(Map.of(nameOf(other), fileOf(SAMPLE)));
        assertEquals(List.of(), contents.current());
        assertTrue(contents.problems().getFirst().contains("default/ctr/eth0"), contents.problems().toString());
    }

    @Test
    void shouldNotOverwriteWhatWasSetAsideBefore() throws Exception {
        String aside = nameOf(SAMPLE) + ".set-aside-";
        MemoryStateFiles files = new MemoryStateFiles(Map.of(nameOf(SAMPLE), new byte[] {1}, aside + 1, new byte[] {2}));
        new EndpointStore(files, BOOT).load();
        assertArrayEquals(new byte[] {2}, files.contents().get(aside + 1));
        assertArrayEquals(new byte[] {1}, files.contents().get(aside + 2));
    }

    @Test
    void shouldHoldTheOldOrTheNewWhereverAWriteStops() throws Exception {
        Endpoint old = SAMPLE.endpoint();
        StoredEndpoint before = StoredEndpoint.attached(new Endpoint(old.key(), old.vni(), 99, old.hostInterface(), old.mac(), old.ipv4(),
                old.ipv6(), old.netns(), old.netnsInode()), Map.of());
        Action put = store -> store.put(SAMPLE);
        int steps = stepsOf(Map.of(nameOf(before), fileOf(before)), put);
        assertTrue(steps >= 4, "write, sync, rename, sync directory");
        for (int stop = 0; stop <= steps; stop++) {
            for (long seed = 0; seed < 16; seed++) {
                MemoryStateFiles files = new MemoryStateFiles(Map.of(nameOf(before), fileOf(before)));
                boolean done = stoppedAt(files, stop, put);
                List<StoredEndpoint> killed = loadOf(files.contents()).current();
                EndpointStore.Contents lost = loadOf(files.afterPowerLoss(seed));
                assertEquals(1, killed.size(), "process killed at step " + stop);
                assertTrue(List.of(before, SAMPLE).contains(killed.getFirst()));
                assertEquals(List.of(), lost.problems(), "power lost at step " + stop + ", seed " + seed);
                assertTrue(List.of(before, SAMPLE).contains(lost.current().getFirst()));
                if (done) {
                    assertEquals(SAMPLE, lost.current().getFirst());
                }
            }
        }
    }

    /** A kill leaves nothing, the intent, or the record; a power loss after commit the record, and before it whatever is of no more use. */
    @Test
    void shouldKnowHowFarAnAttachmentHasComeWhereverItStops() throws Exception {
        Action attach = store -> {
            store.begin(SAMPLE);
            store.commit(SAMPLE.endpoint().key());
        };
        int steps = stepsOf(Map.of(), attach);
        List<State> seen = new ArrayList<>();
        for (int stop = 0; stop <= steps; stop++) {
            MemoryStateFiles files = new MemoryStateFiles();
            boolean done = stoppedAt(files, stop, attach);
            EndpointStore.Contents killed = loadOf(files.contents());
            assertEquals(List.of(), killed.problems());
            killed.current().forEach(stored -> {
                assertEquals(SAMPLE, stored.in(State.ATTACHED));
                seen.add(stored.state());
            });
            for (long seed = 0; done && seed < 16; seed++) {
                assertEquals(List.of(SAMPLE), loadOf(files.afterPowerLoss(seed)).current(), "seed " + seed);
            }
        }
        assertEquals(List.of(State.ATTACHING, State.ATTACHED), seen.stream().distinct().toList());
    }

    @Test
    void shouldKnowHowFarADetachmentHasComeWhereverItStops() throws Exception {
        Action detach = store -> {
            store.end(SAMPLE.endpoint().key());
            store.remove(SAMPLE.endpoint().key());
        };
        Map<String, byte[]> attached = Map.of(nameOf(SAMPLE), fileOf(SAMPLE));
        int steps = stepsOf(attached, detach);
        for (int stop = 0; stop <= steps; stop++) {
            MemoryStateFiles files = new MemoryStateFiles(attached);
            boolean done = stoppedAt(files, stop, detach);
            for (long seed = 0; seed < 16; seed++) {
                EndpointStore.Contents lost = loadOf(files.afterPowerLoss(seed));
                assertEquals(List.of(), lost.problems(), "its content was synced long ago");
                assertTrue(!done || lost.current().isEmpty());
            }
            for (StoredEndpoint stored : loadOf(files.contents()).current()) {
                assertEquals(stop == 0 ? State.ATTACHED : State.DETACHING, stored.state(), "stopped at " + stop);
            }
        }
    }

    @Test
    void shouldLetANewAttachmentReplaceTheRestOfADetachment() throws Exception {
        MemoryStateFiles files = new MemoryStateFiles(Map.of(EndpointStore.fileName(SAMPLE.endpoint().key(), State.DETACHING),
                fileOf(SAMPLE)));
        EndpointStore store = new EndpointStore(files, BOOT);
        store.begin(SAMPLE);
        store.commit(SAMPLE.endpoint().key());
        assertEquals(List.of(SAMPLE), loadOf(files.contents()).current());
    }

    private interface Action {
        void on(EndpointStore store) throws IOException;
    }

    private static int stepsOf(Map<String, byte[]> before, Action action) throws IOException {
        MemoryStateFiles files = new MemoryStateFiles(before);
        action.on(new EndpointStore(files, BOOT));
        return files.steps();
    }

    private static boolean stoppedAt(MemoryStateFiles files, int stop, Action action) {
        files.failWith((step, operation) -> {
            if (step >= stop) {
                throw new IOException("stopped before " + operation);
            }
        });
        try {
            action.on(new EndpointStore(files, BOOT));
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            files.failWith((step, operation) -> { });
        }
    }

    @Test
    void shouldRemoveWhatACrashLeftHalfWritten() throws Exception {
        MemoryStateFiles files = new MemoryStateFiles(Map.of(nameOf(SAMPLE) + ".tmp", new byte[10]));
        assertEquals(List.of(), new EndpointStore(files, BOOT).load().problems());
        assertEquals(Map.of(), files.contents());
    }

    @Test
    void shouldPassOnAFailureToWrite() {
        MemoryStateFiles files = new MemoryStateFiles();
        files.failWith((step, operation) -> {
            throw new IOException("No space left on device");
        });
        assertThrows(IOException.class, () -> new EndpointStore(files, BOOT).put(SAMPLE));
    }

    @Test
    void shouldKnowTheBootOfTheRunningKernel() throws Exception {
        assertTrue(EndpointStore.currentBootId().matches("[0-9a-f-]{36}"));
    }
}
