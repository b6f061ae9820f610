package dev.weft.control;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds how many callers there are and how long they may take to say what they want.
 *
 * <pre>
 *   accepted --> waiting --whole request--> working --answered--> waiting ...
 *                   |  longer than a request may take: closed
 *                   |  the house is full: the next caller waits in the kernel's backlog, and who has said nothing for long goes
 * </pre>
 *
 * A crowd of callers who say at once what they want is so served in turn, and one who dribbles or is silent keeps nobody out for long.
 * Event loop only.
 */
final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long SWEEP_MILLIS = 100;

    private final int limit;
    private final long requestMillis;
    private final long fullMillis;
    private final Map<Channel, Long> waitingSince = new LinkedHashMap<>(); // the longest first
    private Channel server;
    private int admitted;
    private Future<?> sweep;

    /**
     * @param limit         callers at a time
     * @param requestMillis what a caller may take from its first moment to the end of its request
     * @param fullMillis    as {@code requestMillis}, while others wait outside
     */
    Admission(int limit, long requestMillis, long fullMillis) {
        this.limit = limit;
        this.requestMillis = requestMillis;
        this.fullMillis = fullMillis;
    }

    /** @param listening what accepts callers */
    void guard(Channel listening) {
        server = listening;
        sweep = listening.eventLoop().scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        listening.closeFuture().addListener(closed -> sweep.cancel(false));
    }

    /** A caller has come in. @return the handler that belongs behind the one which makes requests whole */
    ChannelDuplexHandler admit(Channel caller) {
        admitted++;
        waitingSince.put(caller, System.nanoTime());
        caller.closeFuture().addListener(closed -> leave(caller));
        if (admitted >= limit) {
            server.config().setAutoRead(false);
        }
        return new Watch();
    }

    private void leave(Channel caller) {
        admitted--;
        waitingSince.remove(caller);
        if (admitted < limit && server.isOpen()) {
            server.config().setAutoRead(true);
        }
    }

    private void sweep() {
        long patience = TimeUnit.MILLISECONDS.toNanos(admitted >= limit ? fullMillis : requestMillis);
        long now = System.nanoTime();
        List<Channel> late = waitingSince.entrySet().stream().filter(caller -> now - caller.getValue() > patience)
                .map(Map.Entry::getKey).toList();
        if (!late.isEmpty()) {
            LOG.warn("dropped {} callers that did not say what they want in time", late.size());
            late.forEach(Channel::close);
        }
    }

    /** Tells one caller's waiting from its being served. */
    private final class Watch extends ChannelDuplexHandler {

        @Override
        public void channelRead(ChannelHandlerContext context, Object request) throws Exception {
            waitingSince.remove(context.channel());
            super.channelRead(context, request);
        }

        @Override
        public void write(ChannelHandlerContext context, Object answer, ChannelPromise promise) throws Exception {
            promise.addListener(done -> {
                if (context.channel().isOpen()) {
                    waitingSince.put(context.channel(), System.nanoTime());
                }
            });
            super.write(context, answer, promise);
        }
    }
}
