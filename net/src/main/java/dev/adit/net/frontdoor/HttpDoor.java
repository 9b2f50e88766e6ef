package dev.adit.net.frontdoor;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.http.RequestTarget;
import dev.adit.net.log.LogLine;
import dev.adit.wire.MalformedException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides, request by request, where a connection goes: to a handler, and the next request is
/// awaited; or away from HTTP, and this is gone from its pipeline. Confined to the connection's
/// event loop; handlers run on virtual threads, one per connection at a time.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class HttpDoor extends SimpleChannelInboundHandler<HttpObject> {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);
  private static final long LINGER_SECONDS = 2;
  private static final int RETRY_SECONDS = 10;

  private final RequestRoutes routes;
  private final int requestSeconds;
  private final Workers workers;
  private final DoorCounters counters;
  private final @Nullable EventLoopGroup provenLoops;
  private final RequestDecoder decoder = new RequestDecoder();
  private final HttpResponseEncoder encoder = new HttpResponseEncoder();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private @Nullable HttpRequest request;
  private @Nullable RequestTarget target;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean leaving;
  private boolean unread; // more answers wait than may: no further request until they are read

  /// Where handlers run.
  interface Workers {
    void start(String name, Runnable work);

    Workers VIRTUAL_THREADS =
        (name, work) -> {
          var _ = Thread.ofVirtual().name(name).start(work);
        };
  }

  /// @param provenLoops see [ByteStream]
  HttpDoor(
      RequestRoutes routes,
      int requestSeconds,
      Workers workers,
      DoorCounters counters,
      @Nullable EventLoopGroup provenLoops) {
    this.routes = routes;
    this.requestSeconds = requestSeconds;
    this.workers = workers;
    this.counters = counters;
    this.provenLoops = provenLoops;
  }

  /// This and its codec, in the pipeline's order.
  ChannelHandler[] handlers() {
    return new ChannelHandler[] {decoder, encoder, this};
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    awaitRequest(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    disarm();
    context.fireChannelInactive();
  }

  private void awaitRequest(ChannelHandlerContext context) {
    disarm();
    deadline =
        context.executor().schedule(() -> tooLate(context), requestSeconds, TimeUnit.SECONDS);
  }

  private void tooLate(ChannelHandlerContext context) {
    counters.timeouts.increment();
    context.close();
  }

  private void disarm() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    if (leaving) {
      return;
    }
    if (message.decoderResult().isFailure()) {
      refuse(context, refusal(message.decoderResult().cause()));
      return;
    }
    if (message instanceof HttpRequest head) {
      head(context, head);
    }
    if (message instanceof HttpContent content && !leaving) {
      content(context, content);
    }
  }

  private static HttpResponse refusal(Throwable cause) {
    return switch (cause) {
      case TooLongHttpHeaderException _ -> Answers.refusal(431, "header is too long");
      case TooLongHttpLineException _ -> Answers.refusal(414, "request line is too long");
      default -> Answers.refusal(400, "not an HTTP request");
    };
  }

  private void head(ChannelHandlerContext context, HttpRequest head) {
    request = head;
    if (head.method().equals(HttpMethod.CONNECT)) {
      refuse(context, Answers.refusal(403, "CONNECT not enabled"));
      return;
    }
    try {
      target = RequestTarget.parse(head.uri());
    } catch (MalformedException e) {
      refuse(context, Answers.refusal(400, "not a path"));
      return;
    }
    if (HttpUtil.getContentLength(head, 0L) > bodyLimit(target.path())) {
      refuse(context, Answers.refusal(413, "body is too long"));
    } else if (HttpUtil.is100ContinueExpected(head)) {
      Answers.write(context, head, HttpResponse.empty(100), true);
    }
  }

  private int bodyLimit(String path) {
    var route = routes.http(path);
    return route == null ? RequestRoutes.NOWHERE_BODY_LIMIT : route.bodyLimit();
  }

  private void content(ChannelHandlerContext context, HttpContent content) {
    var head = request;
    var to = target;
    if (head == null || to == null) {
      return;
    }
    ByteBuf bytes = content.content();
    if (body.size() + bytes.readableBytes() > bodyLimit(to.path())) {
      refuse(context, Answers.refusal(413, "body is too long"));
      return;
    }
    for (int left = bytes.readableBytes(); left > 0; left--) {
      body.write(bytes.readByte());
    }
    if (content instanceof LastHttpContent) {
      byte[] whole = body.toByteArray();
      body.reset();
      request = null;
      target = null;
      complete(context, head, to, whole);
    }
  }

  private void complete(
      ChannelHandlerContext context, HttpRequest head, RequestTarget to, byte[] body) {
    var derp = routes.derp();
    if (derp != null || routes.isDerpOff()) {
      switch (to.path()) {
        case "/derp" -> {
          if (derp == null) {
            answer(context, head, Answers.refusal(404, "derp server disabled"));
          } else {
            upgradeToDerp(context, head, derp);
          }
          return;
        }
        case "/derp/probe", "/derp/latency-check" -> {
          answer(context, head, Answers.probe(head.method()));
          return;
        }
        case "/generate_204" -> {
          answer(context, head, Answers.generate204(head.headers().get("X-Tailscale-Challenge")));
          return;
        }
        default -> {}
      }
    }
    if (routes.isCaptivePortal() && to.path().equals("/generate_204")) {
      answer(context, head, Answers.generate204(head.headers().get("X-Tailscale-Challenge")));
      return;
    }
    var message = routes.message(to.path());
    if (message != null) {
      upgradeToMessages(context, head, message);
      return;
    }
    var route = routes.http(to.path());
    if (route == null) {
      answer(context, head, Answers.refusal(404, "not found"));
    } else {
      handle(context, head, route.handler(), request(context, head, to, body));
    }
  }

  private void upgradeToDerp(
      ChannelHandlerContext context, HttpRequest head, RequestRoutes.Derp derp) {
    var refusal = DerpHandshake.refusal(head);
    if (refusal != null) {
      answer(context, head, refusal);
      return;
    }
    if (!upgraded(context, head)) {
      return;
    }
    if (DerpHandshake.isWebSocket(head)) {
      counters.upgrades.count(DoorCounters.Upgrade.DERP_WEBSOCKET);
      leaveHttp(context, DerpHandshake.webSocketAcceptance(head));
      var webSocket = WebSocketBytes.addTo(context.pipeline(), counters);
      if (!DerpHandshake.offersSubprotocol(head)) {
        webSocket.wrongSubprotocol(context);
        handOver(context);
        return;
      }
    } else {
      counters.upgrades.count(DoorCounters.Upgrade.DERP);
      leaveHttp(context, DerpHandshake.acceptance(head, derp.serverKeyHex()));
    }
    var stream =
        new ByteStream(
            context.channel(),
            derp.acceptor(),
            provenLoops,
            DerpHandshake.isIdeal(head),
            counters.framesOfWrites);
    context.pipeline().addLast(stream);
    handOver(context);
  }

  /// False if the address of a client behind a proxy has too many connections; then it is refused.
  private boolean upgraded(ChannelHandlerContext context, HttpRequest head) {
    var remote = RemoteEnd.of(context.channel());
    if (remote.upgraded(remote.requested(head.headers()))) {
      return true;
    }
    refuse(context, Answers.unavailable(RETRY_SECONDS));
    return false;
  }

  private void upgradeToMessages(
      ChannelHandlerContext context, HttpRequest head, RequestRoutes.Message route) {
    var refusal = WebSocketHandshake.refusal(head, route.subprotocol());
    if (refusal != null) {
      answer(context, head, refusal);
      return;
    }
    if (!upgraded(context, head)) {
      return;
    }
    disarm();
    decoder.hold();
    context.channel().config().setAutoRead(false);
    var visit = new GateVisit[1];
    visit[0] =
        GateVisit.begin(
            route.gate(),
            context.channel(),
            new GateVisit.Outcome() {
              @Override
              public void entered() {
                context.channel().config().setAutoRead(true);
                openMessages(context, head, route, () -> visit[0].over());
              }

              @Override
              public void refused(int retryAfterSeconds) {
                refuse(context, Answers.unavailable(retryAfterSeconds));
              }
            });
  }

  private void openMessages(
      ChannelHandlerContext context,
      HttpRequest head,
      RequestRoutes.Message route,
      Runnable proven) {
    counters.upgrades.count(DoorCounters.Upgrade.MESSAGES);
    leaveHttp(context, WebSocketHandshake.acceptance(head, route.subprotocol()));
    var config =
        WebSocketDecoderConfig.newBuilder()
            .expectMaskedFrames(true)
            .allowExtensions(false)
            .maxFramePayloadLength(MessageStream.MAX_MESSAGE)
            .withUTF8Validator(false)
            .closeOnProtocolViolation(false) // MessageStream does, and lingers
            .build();
    context.pipeline().addLast(new WebSocket13FrameEncoder(false));
    context.pipeline().addLast(new WebSocket13FrameDecoder(config));
    context
        .pipeline()
        .addLast(new MessageStream(context.channel(), route.acceptor(), proven, counters));
    handOver(context);
  }

  private void leaveHttp(ChannelHandlerContext context, byte[] acceptance) {
    disarm();
    leaving = true;
    context.pipeline().remove(encoder);
    context.channel().write(Unpooled.wrappedBuffer(acceptance));
  }

  /// Everything written so far leaves at once; then the decoder gives what it had read beyond the
  /// request to the handlers that were added.
  private void handOver(ChannelHandlerContext context) {
    context.channel().flush();
    context.pipeline().remove(this);
    context.pipeline().remove(decoder);
  }

  private void handle(
      ChannelHandlerContext context,
      HttpRequest head,
      HttpHandler handler,
      dev.adit.net.http.HttpRequest request) {
    disarm();
    decoder.hold();
    context.channel().config().setAutoRead(false);
    workers.start(
        "http " + context.channel().id().asShortText(),
        () -> respond(context, head, handler, request));
  }

  /// On a worker.
  private void respond(
      ChannelHandlerContext context,
      HttpRequest head,
      HttpHandler handler,
      dev.adit.net.http.HttpRequest request) {
    HttpResponse response;
    try {
      response = handler.handle(request);
    } catch (RuntimeException | Error e) { // unanswered, the connection would stay for ever
      LogLine.error(LOG, "request_failed")
          .addKeyValue("method", request.method())
          .addKeyValue("path", request.path())
          .setCause(e)
          .log("a request failed by a mistake of this program");
      response = Answers.refusal(500, "internal error");
    }
    var result = response;
    try {
      context.executor().execute(() -> responded(context, head, result));
    } catch (RejectedExecutionException e) {
      // The front door has been closed.
    }
  }

  private void responded(ChannelHandlerContext context, HttpRequest head, HttpResponse response) {
    answer(context, head, response);
    if (!leaving && !unread && context.channel().isActive()) {
      nextRequest(context);
    }
  }

  private void nextRequest(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(true);
    try {
      decoder.release(context);
    } catch (Exception e) {
      exceptionCaught(context, e);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (unread && context.channel().isWritable()) {
      unread = false;
      nextRequest(context);
    }
    context.fireChannelWritabilityChanged();
  }

  private void answer(ChannelHandlerContext context, HttpRequest head, HttpResponse response) {
    boolean keepAlive =
        HttpUtil.isKeepAlive(head) && !"close".equals(response.headers().get("Connection"));
    counters.answered(response.status());
    var written = Answers.write(context, head, response, keepAlive);
    if (keepAlive) {
      awaitRequest(context);
      if (!context.channel().isWritable()) {
        unread = true;
        decoder.hold();
        context.channel().config().setAutoRead(false);
      }
    } else {
      leaving = true;
      written.addListener(_ -> context.close());
    }
  }

  /// Answers what is not read to its end. What still comes is thrown away for a moment, see
  /// [HalfClose#ofOutput].
  private void refuse(ChannelHandlerContext context, HttpResponse response) {
    leaving = true;
    disarm();
    counters.answered(response.status());
    Answers.write(context, request, response, false).addListener(_ -> HalfClose.ofOutput(context));
    deadline = context.executor().schedule(() -> context.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  private static dev.adit.net.http.HttpRequest request(
      ChannelHandlerContext context, HttpRequest head, RequestTarget to, byte[] body) {
    Map<String, String> headers = new HashMap<>();
    for (var header : head.headers()) {
      headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
    }
    return new dev.adit.net.http.HttpRequest(
        head.method().name(),
        to.path(),
        to.query(),
        headers,
        body,
        RemoteEnd.of(context.channel()).requested(head.headers()),
        null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection ended", cause);
    context.close();
  }
}
