package dev.weft.messaging;

import dev.weft.agent.config.MessagingConfig.OfNetwork;
import dev.weft.linux.FileSystems;
import dev.weft.network.IpAddresses;
import io.aeron.driver.reports.LossReportUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where one driver keeps the memory it shares with its containers.
 *
 * <pre>
 *   /run/weft/messaging/               root only may list it
 *     blue/                            a file system in memory of its own: size limit, root:GROUP, 2770; containers mount this
 *       aeron/                         the Aeron directory: made anew at every start of the driver
 * </pre>
 *
 * The file system outlives the agent, because containers have it mounted: what they see after a restart is the new Aeron directory in it.
 */
final class MessagingDirectory {
    private static final String AERON = "aeron";

    private MessagingDirectory() {
    }

    /** The directory that containers mount. */
    static Path mount(Path root, OfNetwork config, InetAddress only) {
        return root.resolve(name(config, only));
    }

    /** What tells one driver from another in paths and devices: {@code blue}, or {@code blue-10.43.1.7}. */
    static String name(OfNetwork config, InetAddress only) {
        return only == null ? config.network() : config.network() + "-" + IpAddresses.format(only).replace(':', '_');
    }

    static Path aeron(Path mount) {
        return mount.resolve(AERON);
    }

    /**
     * Makes the directory ready for a driver.
     *
     * @throws IOException with what could not be done, and the remedy
     */
    static Path prepare(Path root, OfNetwork config, InetAddress only) throws IOException {
        Path mount = mount(root, config, only);
        try {
            Files.createDirectories(root.getParent());
            if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.isDirectory(mount, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(mount, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            FileSystems.mountMemory(mount, config.memoryBytes(), "2770", config.group());
            FileSystems.shareWithGroup(mount);
        } catch (IOException e) {
            throw new IOException("messaging of network '" + config.network() + "' has no place for its memory: " + e.getMessage()
                    + "; the agent must be root (CAP_SYS_ADMIN), or messaging.directory must name another place", e);
        }
        return aeron(mount);
    }

    /**
     * Has the file system hold room for what the driver maps but has not written yet: a container that fills the file system later must
     * not make the driver's write a fault.
     *
     * @param aeron directory of a driver that has just started
     */
    static void reserve(Path aeron) throws IOException {
        Path losses = aeron.resolve(LossReportUtil.LOSS_REPORT_FILE_NAME);
        try (FileChannel channel = FileChannel.open(losses, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate((int) channel.size());
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
        }
    }
}
