package dev.adit.net.frontdoor;

import dev.adit.net.Clock;
import dev.adit.net.http.HttpResponse;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers as Netty sends them, and those that need no handler.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class Answers {
  private static final int LONGEST_CHALLENGE = 64;

  /// RFC 9110 §5.6.7; the day has always two digits.
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private Answers() {}

  static HttpResponse refusal(int status, String text) {
    return HttpResponse.text(status, text);
  }

  /// More come than can be served now.
  static HttpResponse unavailable(int retryAfterSeconds) {
    return new HttpResponse(
        503,
        Map.of(
            "Content-Type", "text/plain; charset=utf-8",
            "X-Content-Type-Options", "nosniff",
            "Retry-After", Integer.toString(retryAfterSeconds)),
        HttpResponse.text(503, "too many at once").body());
  }

  /// What an upgrade is refused with, naming what would have been right.
  static HttpResponse upgradeRequired(String protocol, String text) {
    return new HttpResponse(
        426,
        Map.of(
            "Content-Type", "text/plain; charset=utf-8",
            "X-Content-Type-Options", "nosniff",
            "Upgrade", protocol),
        HttpResponse.text(426, text).body());
  }

  /// `/derp/probe` and `/derp/latency-check`.
  static HttpResponse probe(HttpMethod method) {
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)
        ? new HttpResponse(200, Map.of("Access-Control-Allow-Origin", "*"), new byte[0])
        : refusal(405, "bogus probe method");
  }

  /// `/generate_204`, by which clients find captive portals: these do not know how to repeat the
  /// challenge.
  static HttpResponse generate204(@Nullable String challenge) {
    String cache = "no-cache, no-store, must-revalidate, no-transform, max-age=0";
    return new HttpResponse(
        204,
        challenge != null && isHarmless(challenge)
            ? Map.of("Cache-Control", cache, "X-Tailscale-Response", "response " + challenge)
            : Map.of("Cache-Control", cache),
        new byte[0]);
  }

  /// What is echoed into a header must not be able to end it.
  private static boolean isHarmless(String challenge) {
    if (challenge.isEmpty() || challenge.length() > LONGEST_CHALLENGE) {
      return false;
    }
    for (int i = 0; i < challenge.length(); i++) {
      char c = challenge.charAt(i);
      boolean letterOrDigit = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
      if (!letterOrDigit && "._:-".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  /// Writes and flushes; the caller closes the connection if it is not kept alive.
  static ChannelFuture write(
      ChannelHandlerContext context,
      @Nullable HttpRequest request,
      HttpResponse response,
      boolean keepAlive) {
    boolean isHead = request != null && request.method().equals(HttpMethod.HEAD);
    var full =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
    response.headers().forEach((name, value) -> full.headers().set(name, value));
    full.headers().set(HttpHeaderNames.DATE, HTTP_DATE.format(Clock.SYSTEM.wall()));
    if (response.status() != 204 && response.status() != 304) {
      full.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    }
    if (!keepAlive) {
      full.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return context.writeAndFlush(full);
  }
}
