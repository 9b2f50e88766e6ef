package dev.adit.relay.pages;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import java.util.Map;

/// What a browser sees that finds a relay (derp §2.8). Immutable.
public final class HomePage implements HttpHandler {
  private final HttpResponse answer;

  private HomePage(HttpResponse answer) {
    this.answer = answer;
  }

  /// @param mode empty for a page that says what this is; `blank`; `none` for 404; or a URL of
  ///   `http` or `https` to lead to
  /// @param derp false if there is no relay, only what comes with one
  /// @throws IllegalArgumentException for anything else
  public static HomePage of(String mode, boolean derp) {
    return new HomePage(
        switch (mode) {
          case "" -> Pages.inBrowser(200, "text/html", page(derp));
          case "blank" -> Pages.inBrowser(200, "text/html", "");
          case "none" -> Pages.inBrowser(404, "text/plain", "not found\n");
          default -> {
            if (!isUrl(mode)) {
              throw new IllegalArgumentException("expected blank, none, or a URL of http or https");
            }
            yield Pages.inBrowser(302, Map.of("Location", mode), "");
          }
        });
  }

  private static boolean isUrl(String text) {
    return (text.startsWith("http://") || text.startsWith("https://"))
        && text.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  private static String page(boolean derp) {
    return """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>DERP</title></head>
    <body>
    <h1>DERP</h1>
    <p>This is a DERP relay, run by Adit. It passes sealed packets between devices that cannot reach
    each other directly, and cannot read them.</p>
    STATUS<p>What DERP is: <a href="https://tailscale.com/kb/1232/derp-servers">tailscale.com</a>.</p>
    </body>
    </html>
    """
        .replace("STATUS", derp ? "" : "<p>Status: <b>disabled</b></p>\n");
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    return answer;
  }
}
