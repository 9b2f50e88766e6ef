package dev.adit.coordinator.api;

import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.MalformedException;

/// One operation of the API.
///
/// @param method such as `GET`
/// @param path below `/api/v1`, such as `/keys/{id}`; at most one parameter, the last segment
public record Route(String method, String path, Operation operation) {
  private static final char PARAMETER = '{';

  /// Answers one request that was allowed.
  @FunctionalInterface
  public interface Operation {
    /// @param parameter what stands in the place of the path's parameter; empty if it has none
    /// @throws MalformedException if the request's body is wrong; becomes 400
    HttpResponse run(HttpRequest request, String parameter) throws MalformedException;
  }

  boolean matches(String requested) {
    return hasParameter()
        ? requested.startsWith(fixed())
            && requested.length() > fixed().length()
            && requested.indexOf('/', fixed().length()) < 0
        : requested.equals(path);
  }

  String parameter(String requested) {
    return hasParameter() ? requested.substring(fixed().length()) : "";
  }

  private boolean hasParameter() {
    return path.indexOf(PARAMETER) >= 0;
  }

  private String fixed() {
    return path.substring(0, path.indexOf(PARAMETER));
  }
}
