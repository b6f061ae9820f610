package dev.weft.endpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk with a page cache. A {@link Fault} decides at every operation whether it fails; {@link #afterPowerLoss} is what the
 * disk holds when the power goes: what was synced, and of the rest whatever the seed says.
 */
public final class MemoryStateFiles implements StateFiles {

    /** Throws to make the operation fail; it has not happened then. */
    public interface Fault {
        void before(int step, String operation) throws IOException;
    }

    private final Map<String, byte[]> cache = new TreeMap<>();
    private final Map<String, byte[]> contentOnDisk = new TreeMap<>(); // what is certain of each file's content
    private final Map<String, byte[]> directoryOnDisk = new TreeMap<>(); // as of the last sync of the directory
    private Fault fault = (step, operation) -> { };
    private int steps;

    public MemoryStateFiles() {
    }

    public MemoryStateFiles(Map<String, byte[]> contents) {
        cache.putAll(contents);
        contentOnDisk.putAll(contents);
        directoryOnDisk.putAll(contents);
    }

    public synchronized void failWith(Fault fault) {
        this.fault = fault;
    }

    synchronized int steps() {
        return steps;
    }

    synchronized Map<String, byte[]> contents() {
        return new TreeMap<>(cache);
    }

    /** Every rename and deletion since the last sync of the directory may or may not have reached the disk; so may content. */
    synchronized Map<String, byte[]> afterPowerLoss(long seed) {
        Random random = new Random(seed);
        Map<String, byte[]> after = new TreeMap<>(random.nextBoolean() ? cache : directoryOnDisk);
        after.replaceAll((name, content) -> {
            byte[] certain = contentOnDisk.get(name);
            if (certain != null && Arrays.equals(certain, content)) {
                return content;
            }
            return Arrays.copyOf(content, random.nextInt(content.length + 1));
        });
        return after;
    }

    private void step(String operation) throws IOException {
        fault.before(steps++, operation);
    }

    @Override
    public synchronized List<String> list() throws IOException {
        step("list");
        return new ArrayList<>(cache.keySet());
    }

    @Override
    public synchronized boolean exists(String name) {
        return cache.containsKey(name);
    }

    @Override
    public synchronized byte[] read(String name) throws IOException {
        step("read");
        byte[] content = cache.get(name);
        if (content == null) {
            throw new FileNotFoundException(name);
        }
        return content.clone();
    }

    @Override
    public synchronized void write(String name, byte[] content) throws IOException {
        step("write");
        cache.put(name, content.clone());
        contentOnDisk.remove(name);
    }

    @Override
    public synchronized void sync(String name) throws IOException {
        step("sync");
        contentOnDisk.put(name, cache.get(name));
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        step("rename");
        if (!cache.containsKey(from)) {
            throw new FileNotFoundException(from);
        }
        cache.put(to, cache.remove(from));
        byte[] certain = contentOnDisk.remove(from);
        contentOnDisk.remove(to);
        if (certain != null) {
            contentOnDisk.put(to, certain);
        }
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        step("delete");
        cache.remove(name);
    }

    @Override
    public synchronized void syncDirectory() throws IOException {
        step("syncDirectory");
        directoryOnDisk.clear();
        directoryOnDisk.putAll(cache);
    }

    @Override
    public String toString() {
        return "memory";
    }
}
