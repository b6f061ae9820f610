package dev.weft.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.ControlRequest;
import dev.weft.endpoint.EndpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DEL requests the shim kept while the agent was away, one file each: {@code <hash>.del}, the bytes of the HTTP request it would
 * have sent. Worked off at start, before every ADD, and now and then; many side by side, as the kernel removes interfaces together
 * at the price of one. Thread-safe; blocks.
 */
final class DelSpool {
    private static final Logger LOG = LoggerFactory.getLogger(DelSpool.class);
    private static final String FILES = "*.del";
    private static final String HALF_WRITTEN_FILES = ".*.tmp";
    private static final Duration HALF_WRITTEN = Duration.ofMinutes(1);
    private static final byte[] END_OF_HEADERS = "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    /**
     * The kernel takes up to two seconds for interfaces removed together, however many, when a host is at its limit: enough that a host
     * full of containers is worked off in seconds, few enough for the processes of a delegated IPAM plugin, one each.
     */
    private static final int SIDE_BY_SIDE = 64;
    private static final ThreadFactory SPOOL_THREADS = Thread.ofVirtual().name("weft-spool-", 0).factory();

    private static final Set<Integer> HOPELESS = Set.of(CniException.INCOMPATIBLE_VERSION, CniException.UNSUPPORTED_FIELD,
            CniException.ENVIRONMENT, CniException.DECODE, CniException.INVALID_CONFIG, CniException.INVALID_NETNS);

    private final Path directory;
    private final Set<Path> failed = ConcurrentHashMap.newKeySet(); // for now; not tried again before every ADD
    private final String agentSocket;

    /** Does the work of one DEL. Called on many threads at once. */
    @FunctionalInterface
    interface Del {
        ObjectNode del(CniCall call, NetConf conf) throws CniException, EndpointException;
    }

    /**
     * @param directory   may be missing
     * @param agentSocket this agent's; requests that were meant for another agent are left to it
     */
    DelSpool(Path directory, String agentSocket) {
        this.directory = directory;
        this.agentSocket = agentSocket;
    }

    /** Works off what is new. A request that fails for now stays; one that never can succeed is removed and logged. */
    void workOff(Del del) {
        workOff(del, false);
    }

    /** As {@link #workOff(Del)}, and tries again what failed before. */
    void workOffAgain(Del del) {
        workOff(del, true);
    }

    private synchronized void workOff(Del del, boolean again) {
        if (again) {
            failed.clear();
            removeHalfWritten();
        }
        if (!Files.isDirectory(directory)) { // as usual: no plugin has had to wait for the agent
            return;
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(SIDE_BY_SIDE, SPOOL_THREADS)) { // its end waits for all of them
            waiting().forEach(file -> threads.execute(() -> workOff(file, del)));
        } catch (IOException | DirectoryIteratorException e) {
            LOG.error("the spool {} cannot be read: {}", directory, e.toString());
        }
    }

    /** Listed first: what shims add meanwhile is for the next time, or an agent that starts might never come to its end. */
    private List<Path> waiting() throws IOException {
        List<Path> waiting = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, FILES)) {
            for (Path file : files) {
                if (!failed.contains(file)) {
                    waiting.add(file);
                }
            }
        }
        return waiting;
    }

    /** What a shim that was killed left; one that lives is done with its file within seconds. */
    private void removeHalfWritten() {
        FileTime old = FileTime.from(Instant.now().minus(HALF_WRITTEN));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, HALF_WRITTEN_FILES)) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.trace("no spool yet, or a file that went meanwhile: {}", e.getMessage());
        } catch (IOException | DirectoryIteratorException e) {
            LOG.error("the spool {} cannot be cleaned: {}", directory, e.toString());
        }
    }

    private void workOff(Path file, Del del) {
        try {
            if (isOver(file, del)) {
                Files.deleteIfExists(file);
            }
        } catch (EndpointException | CniException e) {
            failed.add(file);
            LOG.warn("spool: {} stays for now: {}", file, e.getMessage());
        } catch (IOException | RuntimeException e) {
            failed.add(file);
            LOG.error("spool: {} stays for now", file, e);
        }
    }

    /**
     * @return whether it was done or never can be; false for one that was meant for another agent
     * @throws CniException when it failed for now, as do the others
     */
    private boolean isOver(Path file, Del del) throws IOException, CniException, EndpointException {
        try {
            CniCall call = CniCall.of(parse(Files.readAllBytes(file)));
            NetConf conf = CniValidator.validate(call);
            if (!conf.agentSocket().equals(agentSocket)) {
                return false;
            }
            if (!call.command().equals("DEL")) {
                throw new CniException(CniException.ENVIRONMENT, "it is a " + call.command() + ", not a DEL");
            }
            del.del(call, conf);
            LOG.info("DEL {} {}: worked off from the spool", call.containerId(), call.ifName());
        } catch (CniException e) {
            if (!HOPELESS.contains(e.code())) {
                throw e;
            }
            LOG.error("spool: {} can never be done and is removed: {}", file, e.getMessage());
        }
        return true;
    }

    private static ControlRequest parse(byte[] request) throws CniException {
        int end = indexOf(request, END_OF_HEADERS);
        String[] lines = new String(request, 0, Math.max(end, 0), StandardCharsets.ISO_8859_1).split("\r\n");
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(": ");
            if (colon > 0) {
                headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 2));
            }
        }
        byte[] body = end < 0 ? new byte[0] : Arrays.copyOfRange(request, end + END_OF_HEADERS.length, request.length);
        if (!headers.getOrDefault("Content-Length", "").equals(Integer.toString(body.length))) {
            throw new CniException(CniException.DECODE, "it is torn");
        }
        return new ControlRequest("POST", "/cni/v1", headers, body);
    }

    private static int indexOf(byte[] text, byte[] part) {
        for (int i = 0; i <= text.length - part.length; i++) {
            if (Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }
}
