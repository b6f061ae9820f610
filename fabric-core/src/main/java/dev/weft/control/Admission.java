package dev.weft.control;

import io.netty.buffer.ByteBuf;
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
 * Bounds how many callers there are, how much of what they say is kept and how long they may take to say it.
 *
 * <pre>
 *   accepted --> quiet --first byte--> speaking --whole request--> [table] served --answered--> quiet ...
 *                  |                      |  |                        ^
 *                  |                      |  +-- 8 KiB --> [hall] at length
 *                  closed                 closed              closed     when it takes longer than a request may; when the house
 *                                                                        is full, or others wait for the hall, much sooner
 * </pre>
 *
 * What a request takes until it is whole is bounded by the hall, in which only long ones are; how many are worked on, by the tables. So
 * who is silent or dribbles keeps nobody out who says at once what he wants, and a crowd of these is served in turn. Event loop only.
 */
final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long SWEEP_MILLIS = 20;
    private static final int SHORT_BYTES = 8 << 10; // most requests of the plugin are shorter

    private final Limits limits;
    private final Gate hall;
    private final Gate tables;
    private final Map<Channel, Long> quiet = new LinkedHashMap<>(); // since when; the longest first
    private final Map<Channel, Long> speaking = new LinkedHashMap<>(); // the same
    private final Map<Channel, Long> atLength = new LinkedHashMap<>(); // the same
    private Channel server;
    private int admitted;
    private boolean sweeping;

    /**
     * @param callers         at a time, whatever they do
     * @param served          of them whose request is worked on
     * @param atLength        of them that say more than 8 KiB or are served for it
     * @param requestMillis   what a caller may take from its first moment to the end of its request
     * @param contendedMillis the same while others find no room
     */
    record Limits(int callers, int served, int atLength, long requestMillis, long contendedMillis) {
    }

    Admission(Limits limits) {
        this.limits = limits;
        hall = new Gate(limits.atLength);
        tables = new Gate(limits.served);
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
        if (isFull()) {
            server.config().setAutoRead(false); // the next waits in the kernel's backlog
            sweep();
        }
        sweepLater();
        return caller;
    }

    private boolean isFull() {
        return admitted >= limits.callers;
    }

    private void leave(Caller caller) {
        admitted--;
        caller.gone();
        if (!isFull() && server.isOpen()) {
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
        drop(quiet, now, isFull());
        drop(speaking, now, isFull());
        drop(atLength, now, isFull() || hall.isWanted());
    }

    private void drop(Map<Channel, Long> since, long now, boolean contended) {
        long patience = TimeUnit.MILLISECONDS.toNanos(contended ? limits.contendedMillis : limits.requestMillis);
        List<Channel> late = since.entrySet().stream().takeWhile(caller -> now - caller.getValue() > patience).map(Map.Entry::getKey)
                .toList();
        if (!late.isEmpty()) {
            LOG.warn("dropped {} callers that did not say what they want in time", late.size());
            late.forEach(Channel::close);
        }
    }

    /** One caller's way from the door to the table and out again. */
    final class Caller {
        private final Channel channel;
        private final Runnable intoHall = this::speakAtLength;
        private final Runnable toTable = this::sitDown;
        private final Deque<Object> unread = new ArrayDeque<>(); // bytes before there was room: what one look at the socket gave
        private final Deque<Object> unserved = new ArrayDeque<>(); // whole requests before there was a table
        private ChannelHandlerContext doorContext;
        private ChannelHandlerContext watchContext;
        private int said; // bytes of the request that is not whole yet
        private int inHand; // requests that are whole and not answered
        private boolean hasRoom;
        private boolean hasTable;

        private Caller(Channel channel) {
            this.channel = channel;
        }

        private void spoke(Object bytes) {
            if (inHand > 0 || hasRoom) {
                doorContext.fireChannelRead(bytes);
                return;
            }
            if (quiet.remove(channel) != null) {
                speaking.put(channel, System.nanoTime());
            }
            said += ((ByteBuf) bytes).readableBytes();
            if (said <= SHORT_BYTES) {
                doorContext.fireChannelRead(bytes);
                return;
            }
            unread.add(bytes);
            if (unread.size() == 1) {
                speaking.remove(channel);
                channel.config().setAutoRead(false);
                hall.enter(intoHall);
            }
        }

        private void speakAtLength() {
            hasRoom = true;
            atLength.put(channel, System.nanoTime());
            channel.config().setAutoRead(true); // before the request is passed on, whose handler wants no more for now
            while (!unread.isEmpty()) {
                doorContext.fireChannelRead(unread.poll());
            }
            doorContext.fireChannelReadComplete();
        }

        private void understood(Object request) {
            quiet.remove(channel); // the next of several requests that came in one piece
            speaking.remove(channel);
            atLength.remove(channel);
            said = 0;
            inHand++;
            channel.config().setAutoRead(false); // the next waits for this one's answer, which turns it on again
            unserved.add(request);
            if (hasTable) {
                sitDown();
            } else if (unserved.size() == 1) {
                tables.enter(toTable);
            }
        }

        private void sitDown() {
            hasTable = true;
            while (!unserved.isEmpty()) {
                watchContext.fireChannelRead(unserved.poll());
            }
        }

        private void answered() {
            inHand--;
            if (inHand == 0) {
                release();
                if (channel.isOpen()) {
                    quiet.put(channel, System.nanoTime());
                }
            }
        }

        private void gone() {
            quiet.remove(channel);
            speaking.remove(channel);
            atLength.remove(channel);
            hall.giveUp(intoHall);
            tables.giveUp(toTable);
            unread.forEach(ReferenceCountUtil::release);
            unread.clear();
            unserved.forEach(ReferenceCountUtil::release);
            unserved.clear();
            release();
        }

        private void release() {
            if (hasRoom) {
                hasRoom = false;
                hall.leave();
            }
            if (hasTable) {
                hasTable = false;
                tables.leave();
            }
        }

        /** Sees every byte. */
        ChannelHandler door() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void handlerAdded(ChannelHandlerContext context) {
                    doorContext = context;
                }

                @Override
                public void channelRead(ChannelHandlerContext context, Object bytes) {
                    spoke(bytes);
                }
            };
        }

        /** Sees whole requests and their answers. */
        ChannelHandler watch() {
            return new ChannelDuplexHandler() {
                @Override
                public void handlerAdded(ChannelHandlerContext context) {
                    watchContext = context;
                }

                @Override
                public void channelRead(ChannelHandlerContext context, Object request) {
                    understood(request);
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
