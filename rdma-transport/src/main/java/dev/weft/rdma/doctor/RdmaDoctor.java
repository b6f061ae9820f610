package dev.weft.rdma.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks at everything RDMA links need of a host, and at what would make them unsafe. Reads files only: it opens no device and changes
 * nothing. {@code docs/rdma.md} explains each check.
 */
public final class RdmaDoctor {
    private static final List<String> MODULES = List.of("ib_core", "ib_uverbs", "rdma_cm", "rdma_ucm");
    private static final int OLDEST_KERNEL_MAJOR = 5;
    private static final int OLDEST_KERNEL_MINOR = 4;
    private static final long WISHED_MEMLOCK_BYTES = 64L << 20;
    private static final int CAP_IPC_LOCK = 14;
    private static final String NO_GID = "0000:0000:0000:0000:0000:0000:0000:0000";
    private static final Pattern MEMLOCK = Pattern.compile("(?m)^Max locked memory\\s+(\\S+)");
    private static final Pattern CAPABILITIES = Pattern.compile("(?m)^CapEff:\\s+(\\p{XDigit}+)");
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

    private final Path root;
    private final Supplier<String> libraryProblem;

    /**
     * @param root           where {@code proc}, {@code sys} and {@code dev} are: {@code /}
     * @param libraryProblem which library is missing, with the remedy, or null
     */
    public RdmaDoctor(Path root, Supplier<String> libraryProblem) {
        this.root = root;
        this.libraryProblem = libraryProblem;
    }

    /** All findings, in the order in which they should be mended. */
    public List<Finding> examine() {
        List<Finding> findings = new ArrayList<>();
        findings.add(libraries());
        findings.add(kernel());
        findings.add(modules());
        findings.add(deviceFiles());
        devices(findings);
        findings.add(lockedMemory());
        findings.add(netnsMode());
        findings.add(exposure());
        return findings;
    }

    private Finding libraries() {
        String problem = libraryProblem.get();
        return problem == null ? Finding.ok("libraries", "libibverbs and librdmacm are there")
                : Finding.fail("libraries", problem, "apt-get install ibverbs-providers librdmacm1 (or your distribution's rdma-core)");
    }

    private Finding kernel() {
        String release = read("proc/sys/kernel/osrelease");
        Matcher version = VERSION.matcher(release);
        boolean recent = version.matches() && (Integer.parseInt(version.group(1)) > OLDEST_KERNEL_MAJOR
                || Integer.parseInt(version.group(1)) == OLDEST_KERNEL_MAJOR
                        && Integer.parseInt(version.group(2)) >= OLDEST_KERNEL_MINOR);
        return recent ? Finding.ok("kernel", release)
                : Finding.warn("kernel", "'" + release + "' is older than " + OLDEST_KERNEL_MAJOR + "." + OLDEST_KERNEL_MINOR,
                        "use a newer kernel: network namespaces of RDMA devices and siw came with 5.3");
    }

    private Finding modules() {
        List<String> missing = MODULES.stream().filter(module -> !Files.exists(root.resolve("sys/module").resolve(module))).toList();
        return missing.isEmpty() ? Finding.ok("modules", String.join(" ", MODULES))
                : Finding.fail("modules", "not loaded: " + String.join(" ", missing), "modprobe -a " + String.join(" ", missing));
    }

    private Finding deviceFiles() {
        List<String> names = list("dev/infiniband").stream().map(path -> path.getFileName().toString()).toList();
        if (!names.contains("rdma_cm") || names.stream().noneMatch(name -> name.startsWith("uverbs"))) {
            return Finding.fail("device files", "/dev/infiniband has " + (names.isEmpty() ? "nothing" : String.join(" ", names)),
                    "rdma_cm comes with modprobe rdma_ucm, uverbsN with a device and modprobe ib_uverbs");
        }
        List<String> closed = list("dev/infiniband").stream()
                .filter(path -> isNeeded(path) && !(Files.isReadable(path) && Files.isWritable(path)))
                .map(path -> path.getFileName().toString()).toList();
        return closed.isEmpty() ? Finding.ok("device files", "/dev/infiniband: " + String.join(" ", names))
                : Finding.fail("device files", "this user may not open " + String.join(" ", closed), "run as root, as the agent does");
    }

    private static boolean isNeeded(Path file) {
        String name = file.getFileName().toString();
        return name.equals("rdma_cm") || name.startsWith("uverbs");
    }

    private void devices(List<Finding> findings) {
        List<Path> devices = list("sys/class/infiniband");
        if (devices.isEmpty()) {
            findings.add(Finding.fail("devices", "this host has no RDMA device",
                    "load the adapter's driver, or make a software device: modprobe rdma_rxe (RoCE) or siw (iWARP), then"
                            + " rdma link add NAME type rxe|siw netdev INTERFACE"));
        }
        for (Path device : devices) {
            for (Path port : list(relative(device) + "/ports")) {
                findings.add(port(device.getFileName().toString(), port));
            }
        }
    }

    private Finding port(String device, Path port) {
        String at = relative(port);
        String name = "port " + device + "/" + port.getFileName();
        String state = read(at + "/state");
        List<String> gids = list(at + "/gids").stream().map(gid -> read(relative(gid)))
                .filter(gid -> !gid.isEmpty() && !gid.equals(NO_GID)).toList();
        String detail = state + ", " + read(at + "/link_layer") + ", " + read(at + "/rate") + ", " + gids.size() + " GIDs";
        if (!state.endsWith("ACTIVE")) {
            return Finding.warn(name, detail, "bring its network interface up (ip link set INTERFACE up) and check the cable");
        }
        return gids.isEmpty()
                ? Finding.warn(name, detail, "give its network interface the underlay address: without a GID nothing can connect")
                : Finding.ok(name, detail + ": " + String.join(" ", gids));
    }

    private Finding lockedMemory() {
        Matcher limit = MEMLOCK.matcher(read("proc/self/limits"));
        Matcher capabilities = CAPABILITIES.matcher(read("proc/self/status"));
        boolean free = capabilities.find() && (Long.parseUnsignedLong(capabilities.group(1), 16) >>> CAP_IPC_LOCK & 1) == 1;
        String found = limit.find() ? limit.group(1) : "unknown";
        String detail = "limit of locked memory " + found + (free ? ", not applied (CAP_IPC_LOCK)" : "");
        boolean enough = free || found.equals("unlimited")
                || found.matches("\\d{1,18}") && Long.parseLong(found) >= WISHED_MEMLOCK_BYTES;
        return enough ? Finding.ok("locked memory", detail)
                : Finding.warn("locked memory", detail, "LimitMEMLOCK=infinity in the agent's unit, or ulimit -l unlimited");
    }

    private Finding netnsMode() {
        String shared = read("sys/module/ib_core/parameters/netns_mode");
        return switch (shared) {
            case "Y", "1" -> Finding.ok("namespaces", "shared: every network namespace sees every device");
            case "N", "0" -> Finding.ok("namespaces", "exclusive: a device is seen in its own network namespace only;"
                    + " the agent must run in that of the device");
            default -> Finding.warn("namespaces", "the kernel does not tell its mode",
                    "rdma system show; load ib_core, kernel 5.3 or newer");
        };
    }

    /** Whoever holds a device file can inject into the connections of everyone on that adapter. */
    private Finding exposure() {
        String own = link("proc/self/ns/mnt");
        String init = link("proc/1/ns/mnt");
        Map<String, String> exposed = new LinkedHashMap<>();
        for (Path process : list("proc")) {
            String pid = process.getFileName().toString();
            String namespace = pid.matches("\\d+") ? link("proc/" + pid + "/ns/mnt") : "";
            boolean foreign = !namespace.isEmpty() && !namespace.equals(own) && !namespace.equals(init);
            if (foreign && list("proc/" + pid + "/root/dev/infiniband").stream().anyMatch(RdmaDoctor::isNeeded)) {
                exposed.putIfAbsent(namespace, pid + " (" + read("proc/" + pid + "/comm") + ")");
            }
        }
        return exposed.isEmpty() ? Finding.ok("exposure", "no other mount namespace has /dev/infiniband")
                : Finding.warn("exposure",
                        "processes in other mount namespaces have /dev/infiniband: " + String.join(", ", exposed.values()),
                        "do not give containers /dev/infiniband (no --privileged, no device plugin beside Weft): they can disturb all"
                                + " RDMA traffic of the adapter");
    }

    // ---- files ---------------------------------------------------------------------------------------------------------------

    private String relative(Path path) {
        return root.relativize(path).toString();
    }

    /** What cannot be read is as good as empty: the finding says so. */
    private String read(String file) {
        try {
            return Files.readString(root.resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private String link(String file) {
        try {
            return Files.readSymbolicLink(root.resolve(file)).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private List<Path> list(String directory) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root.resolve(directory))) {
            stream.forEach(entries::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return List.of();
        }
        entries.sort(null);
        return entries;
    }
}
