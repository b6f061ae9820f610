package dev.weft.endpoint;

import dev.weft.agent.GroupCommit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Endpoints on disk, one file each, so that they survive the agent: {@code <hash of the key>.json}, see {@link EndpointCodec}.
 *
 * <p>Writing is write to {@code .tmp}, sync, rename, sync the directory: a file is there whole or not at all, whatever is killed
 * when; of an intent, see {@link #putIntent}, that is promised as long as the kernel lives. Those who change different files at the
 * same time share the sync of the directory. A file that cannot be used, because it is damaged or of another version, is renamed to
 * {@code <name>.set-aside-<n>} and reported; it is never deleted. May block; thread-safe for different keys.
 */
public final class EndpointStore {
    private static final String SUFFIX = ".json";
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
            } else if (name.endsWith(SUFFIX)) {
                loadOne(name, names, contents);
            }
        }
        return contents;
    }

    private void loadOne(String name, List<String> names, Contents contents) throws IOException {
        try {
            EndpointCodec.Decoded decoded = EndpointCodec.decode(files.read(name));
            if (!name.equals(fileName(decoded.stored().endpoint().key()))) {
                throw new EndpointCodec.DamagedException("belongs to " + decoded.stored().endpoint().key() + " and has another's name");
            }
            (decoded.bootId().equals(bootId) ? contents.current : contents.otherBoots).add(decoded.stored());
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
            } else if (name.endsWith(SUFFIX)) {
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
        return files.exists(fileName(key));
    }

    /** Writes or replaces the file of one endpoint; it is on the disk when this returns. */
    public void put(StoredEndpoint stored) throws IOException {
        String name = fileName(stored.endpoint().key());
        String temporary = name + TEMPORARY;
        files.write(temporary, EndpointCodec.encode(bootId, stored));
        files.sync(temporary);
        files.rename(temporary, name);
        directory.submit(stored.endpoint().key());
    }

    /**
     * Writes or replaces the file of one endpoint whose attaching or detaching begins. It outlives the agent, whatever kills it, but is
     * not synced: what it warns of lives in the kernel's memory and is gone with the kernel, so there is nothing to warn of then.
     */
    public void putIntent(StoredEndpoint stored) throws IOException {
        String name = fileName(stored.endpoint().key());
        String temporary = name + TEMPORARY;
        files.write(temporary, EndpointCodec.encode(bootId, stored));
        files.rename(temporary, name);
    }

    /** Idempotent. */
    public void remove(EndpointKey key) throws IOException {
        String name = fileName(key);
        files.delete(name + TEMPORARY);
        files.delete(name);
        directory.submit(key);
    }

    /** A hash, because a container id may be longer than a file name and an interface name may hold any byte. */
    static String fileName(EndpointKey key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(key.network(), key.containerId(), key.ifName())) {
                sha.update(part.getBytes(StandardCharsets.UTF_8));
                sha.update((byte) 0);
            }
            return HexFormat.of().formatHex(sha.digest(), 0, 16) + SUFFIX;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has SHA-256
        }
    }
}
