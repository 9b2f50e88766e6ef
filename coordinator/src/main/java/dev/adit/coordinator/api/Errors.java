package dev.adit.coordinator.api;

import dev.adit.core.coordinator.Refusal;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.JsonWriter;
import java.util.HashMap;

/// Error answers: `{"error":{"code":"…","text":"…"}}`.
public final class Errors {
  private Errors() {}

  static HttpResponse of(int status, String code, String text) {
    String json =
        new JsonWriter()
            .beginObject()
            .name("error")
            .beginObject()
            .member("code", code)
            .member("text", text)
            .endObject()
            .endObject()
            .toString();
    return HttpResponse.json(status, json);
  }

  public static HttpResponse of(Refusal refusal) {
    int status =
        switch (refusal.code()) {
          case "not_found" -> 404;
          case "invalid" -> 400;
          case "unavailable" -> 503;
          default -> 409;
        };
    var answer = of(status, refusal.code(), refusal.text());
    return refusal.retryMillis() == 0
        ? answer
        : with(answer, "Retry-After", Long.toString((refusal.retryMillis() + 999) / 1000));
  }

  static HttpResponse with(HttpResponse answer, String name, String value) {
    var headers = new HashMap<>(answer.headers());
    headers.put(name, value);
    return new HttpResponse(answer.status(), headers, answer.body());
  }
}
