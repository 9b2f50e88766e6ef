package dev.adit.net.http;

import dev.adit.wire.Endpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One HTTP request, read whole.
///
/// @param path without the query, percent-decoded; begins with `/`
/// @param query raw text after `?`, or null
/// @param headers names in lower case; of repeated ones the last
/// @param body empty if there is none; its size was limited by the server that read it
/// @param peer where it came from; null on a Unix socket
/// @param user the user at the other end of a Unix socket; null over TCP
public record HttpRequest(
    String method,
    String path,
    @Nullable String query,
    Map<String, String> headers,
    byte[] body,
    @Nullable Endpoint peer,
    @Nullable LocalUser user) {

  /// Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED).
  ///
  /// @param trusted root, or the user this process runs as
  public record LocalUser(String name, boolean trusted) {}

  public @Nullable String header(String lowerCaseName) {
    return headers.get(lowerCaseName);
  }
}
