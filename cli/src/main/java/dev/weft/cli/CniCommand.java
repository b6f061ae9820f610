package dev.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft cni}: puts the plugin and its network configuration where runtimes look for them. */
@Command(name = "cni", description = "The CNI plugin of this host", subcommands = {CniCommand.Install.class, CniCommand.Uninstall.class})
final class CniCommand implements Callable<Integer> {
    private static final String PLUGIN = "weft";

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    /** Where things are put. */
    static final class Places {
        @Option(names = "--bin-dir", paramLabel = "DIR", description = "where runtimes look for plugins (default: /opt/cni/bin)")
        private Path binDirectory = Path.of("/opt/cni/bin");

        @Option(names = "--conf-dir", paramLabel = "DIR", description = "where they look for networks (default: /etc/cni/net.d)")
        private Path confDirectory = Path.of("/etc/cni/net.d");

        @Option(names = "--conf-name", paramLabel = "NAME", description = "the network's file (default: 10-weft.conflist)")
        private String confName = "10-weft.conflist";

        @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
        private boolean help;

        private Path plugin() {
            return binDirectory.resolve(PLUGIN);
        }

        private Path conf() {
            return confDirectory.resolve(confName);
        }
    }

    /** The plugin first: a runtime that finds a network finds its plugin too. */
    @Command(name = "install", description = {"Put the plugin and a network configuration in place, each whole in one step.",
        "A plugin that is being executed and one that is there already are replaced without harm; a configuration that is there stays",
        "unless --force."})
    static final class Install implements Callable<Integer> {
        @Mixin
        private Places places;

        @Option(names = "--plugin", paramLabel = "FILE", description = "the plugin's executable (default: beside this program)")
        private Path plugin;

        @Option(names = "--network", paramLabel = "NAME", description = "the agent's network (default: default)")
        private String network = CniConflist.DEFAULT_NETWORK;

        @Option(names = "--name", paramLabel = "NAME", description = "CNI's name of the network (default: weft)")
        private String name = "weft";

        @Option(names = "--cni-version", paramLabel = "VERSION", description = "0.3.0 to 1.1.0 (default: 1.0.0; Debian 12's Podman and"
                + " containerd know nothing newer)")
        private String version = "1.0.0";

        @Option(names = "--agent-socket", paramLabel = "PATH", description = "the agent's socket (default: /run/weft/agent.sock)")
        private String socket = "/run/weft/agent.sock";

        @Option(names = "--spool-dir", paramLabel = "DIR", description = "where DEL waits while the agent is away, which must be the"
                + " agent's state-dir with /spool (default: /var/lib/weft/spool)")
        private String spool = "/var/lib/weft/spool";

        @Option(names = "--portmap", description = "publish ports: chain Debian's portmap plugin behind Weft")
        private boolean portmap;

        @Option(names = "--force", description = "replace a configuration that is there")
        private boolean force;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            byte[] conflist = CniConflist.of(name, version, network, socket, spool, portmap);
            PrintWriter out = spec.commandLine().getOut();
            Path source = plugin == null ? besideThisProgram() : plugin;
            if (!Files.isExecutable(source)) {
                throw new IOException("there is no plugin at " + source + "; name it with --plugin");
            }
            try (InputStream content = Files.newInputStream(source)) {
                replace(places.plugin(), content.readAllBytes(), "rwxr-xr-x");
            }
            out.println("plugin: " + places.plugin());
            if (Files.exists(places.conf()) && !force) {
                out.println("network: " + places.conf() + " is there already and stays (--force replaces it)");
            } else {
                replace(places.conf(), conflist, "rw-r--r--");
                out.println("network: " + places.conf());
            }
            out.flush();
            return 0;
        }

        /** In a checkout and in a package alike: the module's build, or the file next to the program's library. */
        private static Path besideThisProgram() throws IOException {
            Path jar;
            try {
                jar = Path.of(CniCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            } catch (java.net.URISyntaxException e) {
                throw new IOException("cannot tell where this program is; name the plugin with --plugin", e);
            }
            Path packaged = jar.resolveSibling("cni").resolve(PLUGIN);
            return Files.exists(packaged) ? packaged : jar.resolve("../../../cni-plugin/target").resolve(PLUGIN).normalize();
        }

        /** Written beside, synced and renamed: whoever opens the path finds the old file whole or the new one whole. */
        private static void replace(Path path, byte[] content, String mode) throws IOException {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Path temporary = path.resolveSibling("." + path.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
            try {
                try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING); OutputStream stream = Channels.newOutputStream(file)) {
                    stream.write(content);
                    file.force(true);
                }
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
                Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** The network first: a runtime that still finds the plugin finds no network for it. */
    @Command(name = "uninstall", description = {"Remove what install put in place. Containers that are attached stay attached; without the",
        "plugin the runtime cannot detach them, so stop them before."})
    static final class Uninstall implements Callable<Integer> {
        @Mixin
        private Places places;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            for (Path path : new Path[] {places.conf(), places.plugin()}) {
                out.println((Files.deleteIfExists(path) ? "removed: " : "not there: ") + path);
            }
            out.flush();
            return 0;
        }
    }
}
