package dev.weft.directory;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The directory in a file. The file is read at the start, when its folder reports a change, and every few seconds in case a report
 * was missed. A file that is missing, half-written or wrong is a {@link DirectoryEvent.Problem}, once for each new wording, and
 * changes nothing.
 */
public final class FileDirectory implements Directory {
    private static final long RELOAD_MILLIS = 3_000;

    /** Writers that do not rename write in several steps; the last one counts. */
    private static final long SETTLE_MILLIS = 50;

    private final Path file;
    private final HostsFile format;
    private final Thread thread = Thread.ofPlatform().name("weft-directory").daemon(true).unstarted(this::watchLoop);
    private Consumer<DirectoryEvent> listener;
    private Map<String, HostEntry> view = Map.of();
    private long revision;
    private String problem = "";
    private String lastText;
    private volatile boolean closed;

    public FileDirectory(Path file, HostsFile format) {
        this.file = file.toAbsolutePath();
        this.format = format;
    }

    @Override
    public void watch(Consumer<DirectoryEvent> to) {
        listener = to;
        refresh();
        thread.start();
    }

    /** Reads the file and delivers what is different. Called by the watching thread only, after the start. */
    void refresh() {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            lastText = null;
            report("cannot read " + file + ": " + e.getClass().getSimpleName() + " " + e.getMessage());
            return;
        }
        if (text.equals(lastText)) {
            return;
        }
        lastText = text;
        HostsFile.Parsed parsed = format.parse(text);
        if (!parsed.findings().isEmpty()) {
            report(file + ": " + String.join("; ", parsed.findings()));
            return;
        }
        problem = "";
        deliver(parsed.hosts());
    }

    private void report(String message) {
        if (!message.equals(problem)) {
            problem = message;
            listener.accept(new DirectoryEvent.Problem(revision, message));
        }
    }

    private void deliver(List<HostEntry> hosts) {
        revision++;
        Map<String, HostEntry> next = new LinkedHashMap<>();
        hosts.forEach(host -> next.put(host.id(), host));
        // What goes is told first: an address or subnet may have moved from one host to another.
        view.values().stream().filter(host -> !next.containsKey(host.id()))
                .forEach(host -> listener.accept(new DirectoryEvent.Removed(revision, host)));
        for (HostEntry host : hosts) {
            HostEntry before = view.get(host.id());
            if (before == null) {
                listener.accept(new DirectoryEvent.Added(revision, host));
            } else if (!before.equals(host)) {
                listener.accept(new DirectoryEvent.Changed(revision, before, host));
            }
        }
        view = next;
        listener.accept(new DirectoryEvent.Synced(revision));
    }

    private void watchLoop() {
        try (WatchService watcher = FileSystems.getDefault().newWatchService()) {
            boolean registered = false;
            while (!closed) {
                if (!registered) {
                    registered = register(watcher);
                    refresh(); // what changed before the folder was watched
                }
                WatchKey key = watcher.poll(RELOAD_MILLIS, TimeUnit.MILLISECONDS);
                if (key != null) {
                    settle(watcher, key);
                    registered = key.reset();
                }
                if (!closed) {
                    refresh();
                }
            }
        } catch (IOException e) {
            report("cannot watch " + file + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() asked for it
        }
    }

    /** The folder may not exist yet. */
    private boolean register(WatchService watcher) {
        try {
            file.getParent().register(watcher, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
            return true;
        } catch (IOException e) {
            return false; // the next round tries again; the file itself is reported as unreadable
        }
    }

    private static void settle(WatchService watcher, WatchKey first) throws InterruptedException {
        first.pollEvents();
        for (WatchKey more = watcher.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS); more != null;
                more = watcher.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS)) {
            more.pollEvents();
            more.reset();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        if (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
