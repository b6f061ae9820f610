package dev.weft.perf.measure;

import dev.weft.perf.model.Environment;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a reader must know of this host. Looks at /proc, /sys and, for offloads, at ethtool where it is installed. */
public final class HostProbe {
    private static final Set<String> OFFLOADS = Set.of("tcp-segmentation-offload", "generic-segmentation-offload",
            "generic-receive-offload", "large-receive-offload", "tx-udp-segmentation", "rx-checksumming", "tx-checksumming",
            "scatter-gather");
    private static final long ETHTOOL_SECONDS = 2;

    private final String weft;
    private final AgentProbe agent;

    /**
     * @param weft version of the tool
     */
    public HostProbe(String weft, AgentProbe agent) {
        this.weft = weft;
        this.agent = agent;
    }

    public String weft() {
        return weft;
    }

    public AgentProbe agent() {
        return agent;
    }

    /** @param local address whose interface carries the run */
    public Environment environment(InetAddress local) {
        NetworkInterface nic = nic(local);
        String name = nic == null ? null : nic.getName();
        return new Environment(line("/proc/sys/kernel/hostname"), weft,
                line("/proc/sys/kernel/osrelease") + " " + System.getProperty("os.arch"), cpu(),
                Runtime.getRuntime().availableProcessors(), governor(), memory(),
                System.getProperty("java.vendor") + " " + Runtime.version(), collectors(), name, driver(nic), mtu(nic), offloads(name),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static NetworkInterface nic(InetAddress local) {
        try {
            return local == null ? null : NetworkInterface.getByInetAddress(local);
        } catch (IOException e) {
            return null;
        }
    }

    private static Integer mtu(NetworkInterface nic) {
        try {
            return nic == null ? null : nic.getMTU();
        } catch (IOException e) {
            return null;
        }
    }

    private static String line(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return null;
        }
    }

    private static String cpu() {
        return field("/proc/cpuinfo", "model name");
    }

    /** Virtual machines as a rule have none: somebody else decides how fast their processors run. */
    private static String governor() {
        String governor = line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        return governor != null ? governor : "none: this kernel does not set the frequency";
    }

    private static Long memory() {
        String total = field("/proc/meminfo", "MemTotal");
        return total == null ? null : Long.parseLong(total.split(" ")[0]) * 1024;
    }

    private static String field(String file, String name) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name)).map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    private static String collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().map(GarbageCollectorMXBean::getName)
                .collect(Collectors.joining(", "));
    }

    /** From ethtool, which asks the interface itself; without it from /sys, as far as that shows this network namespace's interfaces. */
    private static String driver(NetworkInterface nic) {
        if (nic == null) {
            return null;
        }
        String driver = ethtool("-i", nic.getName()).get("driver");
        Path there = Path.of("/sys/class/net", nic.getName());
        try {
            byte[] mac = nic.getHardwareAddress();
            boolean isOurs = mac != null && HexFormat.ofDelimiter(":").formatHex(mac).equals(line(there.resolve("address").toString()));
            return driver != null || !isOurs ? driver : there.resolve("device/driver").toRealPath().getFileName().toString();
        } catch (IOException e) {
            return driver;
        }
    }

    private static Map<String, String> offloads(String nic) {
        Map<String, String> all = nic == null ? Map.of() : ethtool("-k", nic);
        return all.entrySet().stream().filter(entry -> OFFLOADS.contains(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().split(" ")[0]));
    }

    private static Map<String, String> ethtool(String what, String nic) {
        Map<String, String> values = new TreeMap<>();
        try {
            Process process = new ProcessBuilder("ethtool", what, nic).redirectErrorStream(true).start();
            if (!process.waitFor(ETHTOOL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return values;
            }
            for (String line : new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).split("\n")) {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    values.put(line.substring(0, colon).strip(), line.substring(colon + 2).strip());
                }
            }
        } catch (IOException e) {
            return values; // not installed: unknown
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return values;
    }
}
