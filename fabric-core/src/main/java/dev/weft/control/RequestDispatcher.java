package dev.weft.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands a whole request to the handler of its path, on a worker, and its answer back to the caller. One request at a time a caller. */
final class RequestDispatcher extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestDispatcher.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, ControlHandler> handlers;
    private final ExecutorService workers;

    RequestDispatcher(Map<String, ControlHandler> handlers, ExecutorService workers) {
        this.handlers = handlers;
        this.workers = workers;
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
        context.channel().config().setAutoRead(false); // its next request must wait
        workers.execute(() -> {
            ControlResponse response = call(handler, whole);
            answer(context, response, keepAlive).addListener(done -> {
                if (!done.isSuccess()) {
                    workers.execute(() -> handler.undelivered(whole, response));
                }
            });
        });
    }

    private static ControlResponse call(ControlHandler handler, ControlRequest request) {
        try {
            return handler.handle(request);
        } catch (Exception | LinkageError | AssertionError e) { // whatever it is, a caller that waits is answered
            LOG.error("{} {} failed", request.method(), request.path(), e);
            return error(500, request.path() + " failed: " + e);
        }
    }

    private static ChannelFuture answer(ChannelHandlerContext context, ControlResponse response, boolean keepAlive) {
        DefaultFullHttpResponse message = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()), Unpooled.wrappedBuffer(response.body()));
        message.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json").set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        if (keepAlive) {
            return context.writeAndFlush(message).addListener(done -> context.channel().config().setAutoRead(true));
        }
        message.headers().set(HttpHeaderNames.CONNECTION, "close");
        return context.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
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
