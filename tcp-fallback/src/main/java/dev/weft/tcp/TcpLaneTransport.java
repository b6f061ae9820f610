package dev.weft.tcp;

import dev.weft.link.LaneTransport;
import dev.weft.link.LinkListener;
import dev.weft.loop.LaneLoop;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Listens, connects, and keeps every TCP link of one lane on the lane's own event loop. */
final class TcpLaneTransport implements LaneTransport {
    private static final int BACKLOG = 256;

    /** Between these two the link says "not now": enough for the wire to stay busy, little enough to stay in the cache. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 768 * 1024);

    private final LaneLoop loop;
    private final Set<Channel> channels = new HashSet<>();
    private boolean closed;

    TcpLaneTransport(LaneLoop loop) {
        this.loop = loop;
    }

    @Override
    public CompletableFuture<Void> listen(InetSocketAddress local, Acceptor acceptor) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop.eventLoop(), loop.eventLoop())
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(initializer(channel -> accept(channel, acceptor)));
        CompletableFuture<Void> listening = new CompletableFuture<>();
        ChannelFuture bound = bootstrap.bind(local);
        bound.addListener(done -> {
            if (done.isSuccess()) {
                track(bound.channel());
                listening.complete(null);
            } else {
                listening.completeExceptionally(new IOException("cannot listen on " + local + ": " + done.cause().getMessage()
                        + "; the underlay address must be one of this host's and the port free", done.cause()));
            }
        });
        return listening;
    }

    private void accept(EpollSocketChannel channel, Acceptor acceptor) {
        TcpLink link = new TcpLink(channel);
        InetSocketAddress remote = channel.remoteAddress();
        LinkListener listener = remote == null || closed ? null : acceptor.accept(link, remote, new byte[0]);
        if (listener == null) {
            channel.close();
            return;
        }
        track(channel);
        link.start(listener);
    }

    @Override
    public void connect(InetSocketAddress local, InetSocketAddress remote, byte[] privateData, long timeoutMillis,
            ConnectHandler handler) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(timeoutMillis, Integer.MAX_VALUE))
                .handler(initializer(this::track));
        ChannelFuture connecting = bootstrap.connect(remote, local);
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                TcpLink link = new TcpLink((EpollSocketChannel) connecting.channel());
                link.start(handler.onConnected(link));
            } else {
                handler.onFailed("cannot connect to " + remote + ": " + reason(done.cause()));
            }
        });
    }

    /** Of some failures Netty's text is "null" with the address behind it; what failed lies below. */
    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String text = deepest.getMessage();
        return text == null || text.startsWith("null") ? deepest.getClass().getSimpleName() : text;
    }

    private static ChannelInitializer<EpollSocketChannel> initializer(java.util.function.Consumer<EpollSocketChannel> action) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(EpollSocketChannel channel) {
                action.accept(channel);
            }
        };
    }

    private void track(Channel channel) {
        if (closed) {
            channel.close();
            return;
        }
        channels.add(channel);
        channel.closeFuture().addListener(done -> channels.remove(channel));
    }

    @Override
    public void close() {
        closed = true;
        for (Channel channel : Set.copyOf(channels)) {
            channel.close();
        }
    }
}
