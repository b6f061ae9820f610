import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The Netty row of lab/bench/messaging: the same modes as MessageBench.java, over TCP with a length before each message, as Netty's users
 * write it: epoll transport, one event loop, flush once a batch, writability as back-pressure.
 *
 * <pre>
 *   sink PORT | source ADDRESS PORT BYTES SECONDS | echo PORT BACK-ADDRESS BACK-PORT
 *   rtt ADDRESS PORT BACK-PORT BYTES RATE SECONDS
 * </pre>
 */
public final class NettyBench {
    private static final int END_LENGTH = 8;
    private static final int MAX_LENGTH = 1 << 20;
    private static final int BATCH = 32;
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final CountDownLatch ended = new CountDownLatch(1);

    private NettyBench() {
    }

    public static void main(String[] a) throws Exception {
        NettyBench bench = new NettyBench();
        switch (a[0]) {
            case "sink" -> bench.sink(Integer.parseInt(a[1]));
            case "source" -> bench.source(a[1], Integer.parseInt(a[2]), Integer.parseInt(a[3]), Integer.parseInt(a[4]));
            case "echo" -> bench.echo(Integer.parseInt(a[1]), a[2], Integer.parseInt(a[3]));
            case "rtt" -> bench.roundTrips(a[1], Integer.parseInt(a[2]), Integer.parseInt(a[3]), Integer.parseInt(a[4]),
                    Integer.parseInt(a[5]), Integer.parseInt(a[6]));
            default -> throw new IllegalArgumentException("unknown mode " + a[0]);
        }
        bench.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    /** Takes whole messages on the event loop. */
    private interface Taker {
        void take(ByteBuf message);

        default void batchEnd() {
        }
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private void listen(int port, Taker taker) throws InterruptedException {
        new ServerBootstrap().group(group).channel(EpollServerSocketChannel.class).childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(MAX_LENGTH, 0, 4, 0, 4), new Messages(taker));
                    }
                }).bind(port).sync();
        System.out.println("ready");
    }

    private Channel connect(String address, int port, ChannelHandler handler) throws InterruptedException {
        Bootstrap bootstrap = new Bootstrap().group(group).channel(EpollSocketChannel.class).option(ChannelOption.TCP_NODELAY, true)
                .handler(handler);
        for (int tries = 0; ; tries++) {
            try {
                return bootstrap.connect(address, port).sync().channel();
            } catch (Exception e) { // Netty throws what the connection failed with
                if (tries == 200) {
                    throw new IllegalStateException("nobody listens at " + address + ":" + port, e);
                }
                Thread.sleep(100);
            }
        }
    }

    /** For every attempt to connect a handler of its own. */
    private static ChannelHandler nothing() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                // Nothing comes back on this connection.
            }
        };
    }

    private static final class Messages extends ChannelInboundHandlerAdapter {
        private final Taker taker;

        Messages(Taker taker) {
            this.taker = taker;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            taker.take(buffer);
            buffer.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            taker.batchEnd();
        }
    }

    private static ByteBuf message(Channel channel, int bytes) {
        ByteBuf buffer = channel.alloc().directBuffer(4 + bytes);
        return buffer.writeInt(bytes).writerIndex(4 + bytes);
    }

    private void sink(int port) throws InterruptedException {
        long[] count = {0, 0, 0, 0}; // messages, first after warm-up, last, begin
        double[] cpu = {0};
        listen(port, message -> {
            if (message.readableBytes() == END_LENGTH) {
                ended.countDown();
                return;
            }
            count[0]++;
            if ((count[0] & 15) == 0) {
                long now = System.nanoTime();
                if (count[3] == 0) {
                    count[3] = now;
                } else if (count[1] == 0 && now - count[3] > WARM_UP_NANOS) {
                    count[1] = now;
                    count[0] = 0;
                    cpu[0] = cpuSeconds();
                }
                count[2] = now;
            }
        });
        ended.await();
        double seconds = (count[2] - count[1]) / 1e9;
        System.out.printf(Locale.ROOT, "{\"messages\":%d,\"seconds\":%.4f,\"per_s\":%.1f,\"cpu_s\":%.3f}%n", count[0], seconds,
                count[0] / seconds, cpuSeconds() - cpu[0]);
    }

    /** Writes for as long as the channel is writable, then waits until it is again. Event loop's thread. */
    private final class Source extends ChannelInboundHandlerAdapter {
        private final int bytes;
        private final long end;
        private volatile long sent;

        Source(int bytes, long end) {
            this.bytes = bytes;
            this.end = end;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            go(context.channel());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                context.executor().execute(() -> go(context.channel())); // not within the flush that made room
            }
        }

        private void go(Channel channel) {
            if (ended.getCount() == 0) {
                return;
            }
            while (channel.isWritable() && System.nanoTime() - end < 0) {
                int written = 0;
                while (written < BATCH && channel.isWritable()) {
                    channel.write(message(channel, bytes), channel.voidPromise());
                    written++;
                }
                sent += written;
                channel.flush();
            }
            if (System.nanoTime() - end >= 0) {
                channel.writeAndFlush(message(channel, END_LENGTH)).addListener(done -> ended.countDown());
            }
        }
    }

    private void source(String address, int port, int bytes, int seconds) throws InterruptedException {
        Source source = new Source(bytes, System.nanoTime() + WARM_UP_NANOS + TimeUnit.SECONDS.toNanos(seconds));
        connect(address, port, source);
        ended.await();
        System.out.printf(Locale.ROOT, "{\"messages\":%d,\"back_pressure\":0,\"cpu_s\":%.3f}%n", source.sent, cpuSeconds());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
    }

    private void echo(int port, String backAddress, int backPort) throws InterruptedException {
        Channel[] back = {null};
        listen(port, new Taker() {
            @Override
            public void take(ByteBuf message) {
                if (message.readableBytes() == END_LENGTH) {
                    ended.countDown();
                }
                back[0].write(message(back[0], message.readableBytes()).setBytes(4, message, message.readerIndex(), message.readableBytes()),
                        back[0].voidPromise());
            }

            @Override
            public void batchEnd() {
                back[0].flush();
            }
        });
        back[0] = connect(backAddress, backPort, nothing());
        ended.await();
        Thread.sleep(500);
    }

    private void roundTrips(String address, int port, int backPort, int bytes, int rate, int seconds) throws InterruptedException {
        int warm = rate;
        int total = warm + rate * seconds;
        long[] latencies = new long[total];
        AtomicInteger got = new AtomicInteger();
        listen(backPort, message -> {
            if (message.readableBytes() != END_LENGTH && got.get() < total) {
                latencies[got.get()] = System.nanoTime() - message.getLong(message.readerIndex());
                got.incrementAndGet();
            }
        });
        Channel channel = connect(address, port, nothing());
        Thread.sleep(300); // the echo's connection back
        long interval = 1_000_000_000L / rate;
        long begin = System.nanoTime() + 1_000_000;
        for (int sent = 0; sent < total; sent++) {
            long at = begin + sent * interval;
            while (System.nanoTime() - at < 0) {
                LockSupport.parkNanos(Math.max(1, at - System.nanoTime() - 60_000));
            }
            channel.writeAndFlush(message(channel, Math.max(16, bytes)).setLong(4, at), channel.voidPromise());
        }
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (got.get() < total && System.nanoTime() - giveUp < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        channel.writeAndFlush(message(channel, END_LENGTH)).sync();
        long[] measured = Arrays.copyOfRange(latencies, Math.min(warm, got.get()), got.get());
        Arrays.sort(measured);
        System.out.printf(Locale.ROOT, "{\"sent\":%d,\"received\":%d,\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f}%n", total, got.get(),
                at(measured, 0.5), at(measured, 0.99), at(measured, 0.999));
    }

    /** In microseconds. */
    private static double at(long[] sorted, double quantile) {
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1L, (long) (quantile * sorted.length))] / 1e3;
    }
}
