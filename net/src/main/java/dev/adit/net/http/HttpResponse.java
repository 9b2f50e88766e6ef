package dev.adit.net.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// One HTTP answer. Content-Length, Date and Connection are added by the server.
public record HttpResponse(int status, Map<String, String> headers, byte[] body) {
  public static HttpResponse empty(int status) {
    return new HttpResponse(status, Map.of(), new byte[0]);
  }

  /// `application/json`, not to be stored by caches.
  public static HttpResponse json(int status, String json) {
    return new HttpResponse(
        status,
        Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
        json.getBytes(StandardCharsets.UTF_8));
  }

  /// One line of plain text; a newline is added.
  public static HttpResponse text(int status, String line) {
    return new HttpResponse(
        status,
        Map.of("Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff"),
        (line + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
