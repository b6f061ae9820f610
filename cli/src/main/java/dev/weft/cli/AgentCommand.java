package dev.weft.cli;

import dev.weft.agent.Agent;
import dev.weft.agent.AgentApi;
import dev.weft.agent.config.AgentConfig;
import dev.weft.agent.config.AgentConfigLoader;
import dev.weft.agent.config.ConfigException;
import dev.weft.cni.CniHandler;
import dev.weft.control.ControlHandler;
import dev.weft.control.ControlServer;
import dev.weft.directory.FileDirectory;
import dev.weft.directory.HostsFile;
import dev.weft.lane.LaneTransports;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkTransport;
import dev.weft.linux.ServiceManager;
import dev.weft.message.MessagePlane;
import dev.weft.message.MessagingModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft agent}: puts the agent together from the modules that are installed, and runs it until it is told to stop. */
@Command(name = "agent", description = "Run the per-host daemon", mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(AgentCommand.class);

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "YAML configuration")
    private Path file;

    @Option(names = "--check", description = "only check the configuration")
    private boolean check;

    @Override
    public Integer call() throws IOException, ConfigException, InterruptedException {
        AgentConfig config = AgentConfigLoader.load(file);
        if (check) {
            System.out.println(file + ": ok");
            return 0;
        }
        ServiceManager manager = new ServiceManager(System.getenv("NOTIFY_SOCKET"));
        FileDirectory directory = new FileDirectory(config.directoryFile(), new HostsFile(config.networks(), config.port()));
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            awaitQuietly(stopped); // the JVM ends when this hook does; the agent must be down by then
        }, "weft-stop"));
        MessagePlane messages = messages(config);
        try (Agent agent = Agent.start(config, transports(), directory, messages)) {
            CniHandler cni = new CniHandler(agent.endpoints(), agent.namespaces(), config.stateDir().resolve("spool"), config.socket(),
                    config.tun().mtu());
            cni.workOffSpool();
            agent.everyReconciliation(cni::workOffSpool);
            try (ControlServer _ = ControlServer.start(config.socket(), handlers(agent, cni, messages))) {
                serve(config, agent, manager, stop);
            }
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private static void serve(AgentConfig config, Agent agent, ServiceManager manager, CountDownLatch stop)
            throws IOException, InterruptedException {
        LOG.info("host '{}' ready: {} lanes on {}:{}, {} endpoints, socket {}", config.host(), config.lanes(),
                config.underlay().getHostAddress(), config.port(), agent.endpoints().list().size(), config.socket());
        manager.ready("ready");
        stop.await();
        LOG.info("host '{}' stopping; endpoints stay attached", config.host());
        manager.stopping();
    }

    /** Loaded only when asked for: Aeron costs time and memory that an agent without messages does not spend. */
    private static MessagePlane messages(AgentConfig config) throws IOException {
        if (!config.messaging().isOn()) {
            return MessagePlane.NONE;
        }
        for (MessagingModule module : ServiceLoader.load(MessagingModule.class)) {
            return module.start(config);
        }
        throw new IOException("the configuration asks for messaging, but no module for it is on the class path");
    }

    private static List<ControlHandler> handlers(Agent agent, CniHandler cni, MessagePlane messages) {
        List<ControlHandler> handlers = new ArrayList<>(new AgentApi(agent, BuildVersion.text()).handlers());
        handlers.add(cni);
        handlers.addAll(messages.handlers(agent::view));
        return handlers;
    }

    /** The modules that are installed. */
    static LaneTransports transports() throws IOException {
        LinkTransport tcp = find(LinkKind.TCP);
        if (tcp == null) {
            throw new IOException("no module for TCP links is on the class path");
        }
        return new LaneTransports(tcp, find(LinkKind.RDMA));
    }

    private static LinkTransport find(LinkKind kind) {
        for (LinkTransport transport : ServiceLoader.load(LinkTransport.class)) {
            if (transport.kind() == kind) {
                return transport;
            }
        }
        return null;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
