package dev.weft.control;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds how many callers there are and how long they may take to say what they want.
 *
 * <pre>
 *   accepted --> quiet --first byte--> speaking --whole request--> served --answered--> quiet ...
 *                  |    (takes a seat)     |                            (gives it back)
 *                  closed                  closed        when it takes longer than a request may; when the house is full, or
 *                                                        others wait for a seat, much sooner
 * </pre>
 *
 * Who is silent takes no seat and who dribbles loses it, so neither keeps out those who say at once what they want; a crowd of these is
 * served in turn. Event loop only.
 */
final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long SWEEP_MILLIS = 20;

    private final int callers;
    private final int seats;
    private final long requestNanos;
    private final long contendedNanos;
    private final Map<Channel, Long> quiet = new LinkedHashMap<>(); // since when; the longest first
    private final Map<Channel, Long> speaking = new LinkedHashMap<>(); // since when; the longest first
    private final Deque<Caller> waiting = new ArrayDeque<>(); // for a seat
    private Channel server;
    private int admitted;
    private int taken;
    private boolean sweeping;

    /**
     * @param callers         at a time, whatever they do
     * @param seats           of them that may speak or be served
     * @param requestMillis   what a caller may take from its first moment to the end of its request
     * @param contendedMillis how long it may be silent while the house is full, or dribble while others wait for a seat
     */
    Admission(int callers, int seats, long requestMillis, long contendedMillis) {
        this.callers = callers;
        this.seats = seats;
        requestNanos = TimeUnit.MILLISECONDS.toNanos(requestMillis);
        contendedNanos = TimeUnit.MILLISECONDS.toNanos(contendedMillis);
    }

    /** @param listening what accepts callers */
    void guard(Channel listening) {
        server = listening;
    }

    /** A caller has come in: its {@link Caller#door} belongs before all, its {@link Caller#watch} behind what makes requests whole. */
    Caller admit(Channel channel) {
        admitted++;
        Caller caller = new Caller(channel);
        quiet.put(channel, System.nanoTime());
        channel.closeFuture().addListener(closed -> leave(caller));
        if (admitted >= callers) {
            server.config().setAutoRead(false); // the next waits in the kernel's backlog
            sweep();
        }
        sweepLater();
        return caller;
    }

    private void leave(Caller caller) {
        admitted--;
        quiet.remove(caller.channel);
        waiting.remove(caller);
        caller.release();
        if (admitted < callers && server.isOpen()) {
            server.config().setAutoRead(true);
        }
    }

    /** Only while somebody is in: fifty wake-ups a second would be half of what an idle agent costs. */
    private void sweepLater() {
        if (!sweeping && admitted > 0) {
            sweeping = true;
            server.eventLoop().schedule(() -> {
                sweeping = false;
                sweep();
                sweepLater();
            }, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        drop(quiet, now, admitted < callers ? requestNanos : contendedNanos);
        drop(speaking, now, waiting.isEmpty() ? requestNanos : contendedNanos);
    }

    private static void drop(Map<Channel, Long> since, long now, long patience) {
        List<Channel> late = since.entrySet().stream().takeWhile(caller -> now - caller.getValue() > patience).map(Map.Entry::getKey)
                .toList();
        if (!late.isEmpty()) {
            LOG.warn("dropped {} callers that did not say what they want in time", late.size());
            late.forEach(Channel::close);
        }
    }

    private void seatNext() {
        while (taken < seats && !waiting.isEmpty()) {
            waiting.poll().sitDown();
        }
    }

    /** One caller's way from the door to the table and out again. */
    final class Caller {
        private final Channel channel;
        private final Deque<Object> unread = new ArrayDeque<>(); // what came before there was a seat: what one look at the socket gave
        private ChannelHandlerContext doorContext;
        private boolean seated;

        private Caller(Channel channel) {
            this.channel = channel;
        }

        private void spoke(ChannelHandlerContext context, Object bytes) {
            if (seated) {
                context.fireChannelRead(bytes);
                return;
            }
            doorContext = context;
            unread.add(bytes);
            if (taken < seats) {
                sitDown();
            } else if (unread.size() == 1) {
                quiet.remove(channel);
                waiting.add(this);
                channel.config().setAutoRead(false);
            }
        }

        private void sitDown() {
            quiet.remove(channel);
            seated = true;
            taken++;
            speaking.put(channel, System.nanoTime());
            channel.config().setAutoRead(true); // before the request is passed on, whose handler wants no more for now
            while (!unread.isEmpty()) {
                doorContext.fireChannelRead(unread.poll());
            }
            doorContext.fireChannelReadComplete();
        }

        private void understood() {
            if (!seated) { // the next of several requests that came in one piece
                seated = true;
                taken++;
                quiet.remove(channel);
            }
            speaking.remove(channel);
        }

        private void answered() {
            release();
            if (channel.isOpen()) {
                quiet.put(channel, System.nanoTime());
            }
        }

        private void release() {
            unread.forEach(ReferenceCountUtil::release);
            unread.clear();
            speaking.remove(channel);
            if (seated) {
                seated = false;
                taken--;
                seatNext();
            }
        }

        /** Sees every byte. */
        ChannelHandler door() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object bytes) {
                    spoke(context, bytes);
                }
            };
        }

        /** Sees whole requests and their answers. */
        ChannelHandler watch() {
            return new ChannelDuplexHandler() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object request) throws Exception {
                    understood();
                    super.channelRead(context, request);
                }

                @Override
                public void write(ChannelHandlerContext context, Object answer, ChannelPromise promise) throws Exception {
                    promise.addListener(done -> answered());
                    super.write(context, answer, promise);
                }
            };
        }
    }
}
