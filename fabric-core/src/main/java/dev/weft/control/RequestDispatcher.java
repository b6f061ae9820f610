package dev.weft.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands a whole request to the handler of its path, on a worker, and its answer back to the caller. One request at a time a caller. */
final class RequestDispatcher extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestDispatcher.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, ControlHandler> handlers;
    private final ExecutorService workers;
    private final Duration requestTime;
    private Future<?> deadline;

    /**
     * @param requestTime a caller that has not sent a whole request by then is dropped
     */
    RequestDispatcher(Map<String, ControlHandler> handlers, ExecutorService workers, Duration requestTime) {
        this.handlers = handlers;
        this.workers = workers;
        this.requestTime = requestTime;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        if (request.decoderResult().isFailure()) {
            answer(context, error(400, "this is not HTTP/1.1"), false);
            return;
        }
        String path = new QueryStringDecoder(request.uri()).path();
        ControlHandler handler = handlers.get(path);
        if (handler == null) {
            answer(context, error(404, "there is no " + path + "; there are " + String.join(" ", handlers.keySet())), keepAlive);
            return;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        request.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
        byte[] body = new byte[request.content().readableBytes()];
        request.content().readBytes(body);
        ControlRequest whole = new ControlRequest(request.method().name(), path, headers, body);
        // While the worker is at it the caller has nothing to send, so its silence is no offence and its next request must wait.
        context.channel().config().setAutoRead(false);
        deadline.cancel(false);
        workers.execute(() -> answer(context, call(handler, whole), keepAlive));
    }

    private static ControlResponse call(ControlHandler handler, ControlRequest request) {
        try {
            return handler.handle(request);
        } catch (Exception e) {
            LOG.error("{} {} failed", request.method(), request.path(), e);
            return error(500, request.path() + " failed: " + e);
        }
    }

    /** The time for the next request begins. On the channel's thread. */
    private void expectRequest(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(true);
        deadline = context.executor().schedule(() -> {
            LOG.debug("a caller on the control socket was dropped: no whole request within {} ms", requestTime.toMillis());
            context.close();
        }, requestTime.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        expectRequest(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.cancel(false);
    }

    private void answer(ChannelHandlerContext context, ControlResponse response, boolean keepAlive) {
        DefaultFullHttpResponse message = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()), Unpooled.wrappedBuffer(response.body()));
        message.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json").set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        if (keepAlive) {
            context.writeAndFlush(message).addListener(done -> {
                deadline.cancel(false);
                expectRequest(context);
            });
        } else {
            message.headers().set(HttpHeaderNames.CONNECTION, "close");
            context.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static ControlResponse error(int status, String message) {
        try {
            return new ControlResponse(status, JSON.writeValueAsBytes(Map.of("error", message)));
        } catch (IOException e) {
            return new ControlResponse(status, "{}".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("a caller on the control socket was dropped: {}", cause.toString());
        context.close();
    }
}
