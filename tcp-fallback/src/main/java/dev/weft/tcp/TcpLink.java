package dev.weft.tcp;

import dev.weft.frame.FrameHeader;
import dev.weft.link.Link;
import dev.weft.link.LinkKind;
import dev.weft.link.LinkListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;

/**
 * Frames on a TCP connection, one after the other with nothing between them.
 *
 * <p>Outbound: frames are claimed in a {@link SendMemory} chunk, one behind the other; what is committed goes to the channel as one
 * slice of the chunk, at the latest at flush. Inbound: the channel reads into a {@link ReceiveMemory} that lives as long as the
 * link, and frames are handed out where they lie.
 */
final class TcpLink implements Link {
    /** A batch this large goes out while it is still in the cache. */
    private static final int FLUSH_BYTES = 64 * 1024;

    private final EpollSocketChannel channel;
    private final SendMemory send;
    private final ReceiveMemory receive;
    private String description = "not connected";
    private LinkListener listener;
    private boolean closed;

    TcpLink(EpollSocketChannel channel) {
        this.channel = channel;
        send = new SendMemory(channel.alloc());
        receive = new ReceiveMemory(channel.alloc());
    }

    /** From here on frames are delivered to {@code to}. */
    void start(LinkListener to) {
        listener = to;
        description = describe(channel.localAddress()) + " -> " + describe(channel.remoteAddress());
        channel.config().setRecvByteBufAllocator(receive);
        channel.pipeline().addLast("frames", new Frames());
        channel.config().setAutoRead(true);
        if (!channel.isOpen()) {
            ended("the connection closed while it was set up");
        }
    }

    private static String describe(InetSocketAddress address) {
        return address == null ? "?" : address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Override
    public LinkKind kind() {
        return LinkKind.TCP;
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public long claim(int length) {
        if (closed) {
            return CLOSED;
        }
        if (!channel.isWritable()) {
            return NOT_NOW;
        }
        if (!send.hasRoom(length)) {
            flush(); // order: what lies in the full chunk goes first
            send.renew();
        }
        return send.next();
    }

    @Override
    public void commit(int length) {
        send.commit(length);
        if (send.committedBytes() >= FLUSH_BYTES) {
            flush();
        }
    }

    @Override
    public void abandon() {
        // A claim moves nothing until it is committed.
    }

    @Override
    public void flush() {
        if (!closed && send.committedBytes() > 0) {
            channel.writeAndFlush(send.takeCommitted(), channel.voidPromise());
        }
    }

    @Override
    public int poll(int limit) {
        return 0; // the event loop drives the channel
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return outbound == null ? 0 : send.committedBytes() + outbound.totalPendingWriteBytes();
    }

    @Override
    public void close() {
        if (!closed) {
            flush();
            channel.close();
            ended("closed by this side");
        }
    }

    private void ended(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        send.release();
        receive.release();
        if (listener != null) {
            listener.onClosed(this, reason);
        }
    }

    /** The end of the pipeline. */
    private final class Frames extends ChannelInboundHandlerAdapter {
        private String failure = "the peer closed the connection";

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            try {
                deliver(context);
            } finally {
                buffer.release();
            }
        }

        private void deliver(ChannelHandlerContext context) {
            while (!closed && receive.available() >= FrameHeader.LENGTH) {
                long frame = receive.next();
                int length = FrameHeader.check(frame);
                if (length < 0) {
                    failure = length == FrameHeader.BAD_VERSION ? "what arrived is not a frame of version " + FrameHeader.VERSION
                            : "a frame claims a length that is not allowed";
                    listener.onGarbage(TcpLink.this);
                    context.close();
                    ended(failure);
                    return;
                }
                if (receive.available() < length) {
                    return;
                }
                receive.consume(length);
                listener.onFrame(TcpLink.this, frame, length);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (!closed) {
                listener.onBatchEnd(TcpLink.this);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (!closed && channel.isWritable()) {
                listener.onWritable(TcpLink.this);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended(failure);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure = "the connection failed: " + cause.getMessage();
            context.close();
        }
    }
}
