package dev.weft.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/1.1 on a unix socket, for the CLI, the CNI plugin and {@code curl --unix-socket}. Callers must be root or the agent's own user,
 * which the kernel tells; how many there may be, how much they may send and how long they may take is bounded. Its threads are its
 * own: nobody here can hold up a lane.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    static final int MAX_REQUEST_BYTES = 4 << 20;
    static final int MAX_CALLERS = 768;
    static final int MAX_SERVED = 128;
    static final int MAX_AT_LENGTH = 64; // each may be up to 4 MiB
    private static final int MAX_LINE_BYTES = 8 << 10;
    private static final int MAX_HEADER_BYTES = 512 << 10; // a process's environment may hold 128 KiB in one variable
    private static final int BACKLOG = 512;
    private static final int REQUEST_MILLIS = 5_000;
    private static final int CONTENDED_MILLIS = 50;

    private final Path socket;
    private final Map<String, ControlHandler> handlers = new TreeMap<>();
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("weft-control", true),
            EpollIoHandler.newFactory());
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("weft-request-", 0).factory());
    private final Admission admission = new Admission(
            new Admission.Limits(MAX_CALLERS, MAX_SERVED, MAX_AT_LENGTH, REQUEST_MILLIS, CONTENDED_MILLIS));
    private final long ownUid;
    private boolean bound;

    private ControlServer(Path socket, List<ControlHandler> handlers) throws IOException {
        this.socket = socket;
        handlers.forEach(handler -> this.handlers.put(handler.path(), handler));
        ownUid = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    }

    /**
     * Listens on the socket; requests are answered when this returns.
     *
     * @throws IOException when the folder cannot be made, or another process answers on the socket
     */
    public static ControlServer start(Path socket, List<ControlHandler> handlers) throws IOException {
        ControlServer server = new ControlServer(socket, handlers);
        try {
            server.bind();
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private void bind() throws IOException {
        Path folder = socket.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        }
        removeStale();
        ServerBootstrap bootstrap = new ServerBootstrap().group(loop).channel(EpollServerDomainSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel) throws IOException {
                        admit(channel);
                    }
                });
        try {
            Channel listening = bootstrap.register().sync().channel();
            admission.guard(listening); // before the first caller can come
            listening.bind(new DomainSocketAddress(socket.toString())).sync();
            bound = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while binding " + socket, e);
        } catch (RuntimeException e) {
            throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
        }
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
    }

    /** A socket file that nobody answers on is what an agent that was killed left behind. */
    private void removeStale() throws IOException {
        if (!Files.exists(socket)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            LOG.info("replacing {}, on which nobody answers", socket);
            Files.delete(socket);
            return;
        }
        throw new IOException("another process answers on " + socket + "; stop that agent, or name another socket in the configuration");
    }

    private void admit(EpollDomainSocketChannel channel) throws IOException {
        PeerCredentials peer = channel.peerCredentials();
        if (peer.uid() != 0 && peer.uid() != ownUid) {
            LOG.warn("refused process {} of user {} on {}", peer.pid(), peer.uid(), socket);
            channel.close();
            return;
        }
        Admission.Caller caller = admission.admit(channel);
        channel.pipeline().addLast(caller.door(), new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_LINE_BYTES),
                new HttpObjectAggregator(MAX_REQUEST_BYTES), new FlowControlHandler(), caller.watch(),
                new RequestDispatcher(handlers, workers));
    }

    /** Stops listening and removes the socket; requests under way get two seconds. */
    @Override
    public void close() {
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        workers.shutdown();
        try {
            if (bound) { // else it may be another agent's
                Files.deleteIfExists(socket);
            }
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", socket, e.toString());
        }
    }
}
