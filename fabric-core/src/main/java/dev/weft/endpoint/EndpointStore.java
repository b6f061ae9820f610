package dev.weft.endpoint;

import dev.weft.agent.GroupCommit;
import dev.weft.endpoint.StoredEndpoint.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Endpoints on disk, one file each, so that they survive the agent; for the content see {@link EndpointCodec}. How far an endpoint has
 * come is told by its file's name, so that a step is a rename, which costs less than another file:
 *
 * <pre>
 *   begin: write <hash of the key>.attaching     commit: sync it, rename to <hash>.json, sync the directory
 *   end:   rename to <hash>.detaching            remove: delete, sync the directory
 * </pre>
 *
 * A file is there whole or not at all, whatever is killed when, because what is written is renamed into place. What {@link #begin} and
 * {@link #end} do is not synced: what it warns of lives in the kernel's memory and is gone with the kernel, so there is nothing to warn of
 * then. Those who change different files at the same time share the sync of the directory. A file that cannot be
 * used, because it is damaged or of another version, is renamed to {@code <name>.set-aside-<n>} and reported; it is never deleted.
 * May block; thread-safe for different keys.
 */
public final class EndpointStore {
    private static final Map<State, String> SUFFIXES = Map.of(State.ATTACHING, ".attaching", State.ATTACHED, ".json", State.DETACHING,
            ".detaching");
    private static final String TEMPORARY = ".tmp";
    private static final String SET_ASIDE = ".set-aside-";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final StateFiles files;
    private final String bootId;
    private final GroupCommit<EndpointKey> directory;

    /**
     * @param bootId identifies this run of the kernel: nothing in the kernel outlives it
     */
    public EndpointStore(StateFiles files, String bootId) {
        this.files = files;
        this.bootId = bootId;
        directory = new GroupCommit<>(changed -> files.syncDirectory());
    }

    /** The boot id of the running kernel, see random(4). */
    public static String currentBootId() throws IOException {
        return Files.readString(BOOT_ID).strip();
    }

    /**
     * What {@link #load} found.
     *
     * @param current    endpoints of this boot
     * @param otherBoots endpoints written before the last reboot; what they describe is gone unless the kernel shows otherwise
     * @param problems   one sentence for each file that was set aside
     */
    public record Contents(List<StoredEndpoint> current, List<StoredEndpoint> otherBoots, List<String> problems) {
    }

    /** Reads everything, once, at start. Removes what a crash left half written, sets unusable files aside. */
    public Contents load() throws IOException {
        Contents contents = new Contents(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<String> names = files.list();
        for (String name : names) {
            if (name.endsWith(TEMPORARY)) {
                files.delete(name);
            } else if (stateOf(name).isPresent()) {
                loadOne(name, stateOf(name).get(), names, contents);
            }
        }
        return contents;
    }

    private void loadOne(String name, State state, List<String> names, Contents contents) throws IOException {
        try {
            EndpointCodec.Decoded decoded = EndpointCodec.decode(files.read(name));
            StoredEndpoint stored = decoded.stored();
            if (!name.equals(fileName(stored.endpoint().key(), state))) {
                throw new EndpointCodec.DamagedException("belongs to " + stored.endpoint().key() + " and has another's name");
            }
            (decoded.bootId().equals(bootId) ? contents.current : contents.otherBoots).add(stored.in(state));
        } catch (EndpointCodec.DamagedException e) {
            int number = 1;
            while (names.contains(name + SET_ASIDE + number)) {
                number++;
            }
            String aside = name + SET_ASIDE + number;
            files.rename(name, aside);
            contents.problems.add(files + "/" + name + " " + e.getMessage() + "; kept as " + aside);
        }
    }

    /**
     * What is on disk.
     *
     * @param problems one sentence for each file that cannot be used, and for each that was set aside
     */
    record Listing(List<EndpointKey> keys, List<String> problems) {
    }

    /** Looks and changes nothing. */
    Listing listing() throws IOException {
        Listing listing = new Listing(new ArrayList<>(), new ArrayList<>());
        for (String name : files.list()) {
            if (name.contains(SET_ASIDE)) {
                listing.problems.add(files + "/" + name + " was set aside because it could not be used");
            } else if (stateOf(name).isPresent()) {
                try {
                    listing.keys.add(EndpointCodec.decode(files.read(name)).stored().endpoint().key());
                } catch (EndpointCodec.DamagedException e) {
                    listing.problems.add(files + "/" + name + " " + e.getMessage());
                } catch (NoSuchFileException e) {
                    continue; // went meanwhile
                }
            }
        }
        return listing;
    }

    /** Whether the endpoint has a file, whatever is in it. */
    boolean has(EndpointKey key) throws IOException {
        for (State state : State.values()) {
            if (files.exists(fileName(key, state))) {
                return true;
            }
        }
        return false;
    }

    /** An endpoint's attaching begins: written, not synced. A rest of an earlier one of its key goes first. */
    void begin(StoredEndpoint attaching) throws IOException {
        EndpointKey key = attaching.endpoint().key();
        files.delete(fileName(key, State.DETACHING));
        byte[] content = EndpointCodec.encode(bootId, attaching.in(State.ATTACHED)); // how far it is, its name says
        files.write(fileName(key, State.ATTACHING), content);
    }

    /** The endpoint is attached; its file is on the disk when this returns. */
    void commit(EndpointKey key) throws IOException {
        String begun = fileName(key, State.ATTACHING);
        files.sync(begun);
        files.rename(begun, fileName(key, State.ATTACHED));
        directory.submit(key);
    }

    /** The endpoint's detaching begins; not synced. */
    void end(EndpointKey key) throws IOException {
        files.rename(fileName(key, State.ATTACHED), fileName(key, State.DETACHING));
    }

    private static Optional<State> stateOf(String name) {
        return Arrays.stream(State.values()).filter(state -> name.endsWith(SUFFIXES.get(state))).findFirst();
    }

    /** Writes or replaces the file of an attached endpoint; it is on the disk when this returns. */
    public void put(StoredEndpoint attached) throws IOException {
        String temporary = temporaryName(attached.endpoint().key());
        files.write(temporary, EndpointCodec.encode(bootId, attached));
        files.sync(temporary);
        files.rename(temporary, fileName(attached.endpoint().key(), State.ATTACHED));
        directory.submit(attached.endpoint().key());
    }

    /** Whatever there is of the endpoint. Idempotent. */
    public void remove(EndpointKey key) throws IOException {
        files.delete(temporaryName(key));
        for (State state : State.values()) {
            files.delete(fileName(key, state));
        }
        directory.submit(key);
    }

    static String fileName(EndpointKey key, State state) {
        return hash(key) + SUFFIXES.get(state);
    }

    private static String temporaryName(EndpointKey key) {
        return hash(key) + TEMPORARY;
    }

    /** Because a container id may be longer than a file name and an interface name may hold any byte. */
    private static String hash(EndpointKey key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(key.network(), key.containerId(), key.ifName())) {
                sha.update(part.getBytes(StandardCharsets.UTF_8));
                sha.update((byte) 0);
            }
            return HexFormat.of().formatHex(sha.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has SHA-256
        }
    }
}
