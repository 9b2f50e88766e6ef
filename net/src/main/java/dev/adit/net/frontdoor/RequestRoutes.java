package dev.adit.net.frontdoor;

import dev.adit.net.http.HttpHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where requests go. Fill it, then hand it to [FrontDoor#start]; not to be changed afterwards.
///
/// Upgrades have exact paths, and so may handlers; of the others the one with the longest prefix
/// counts. With [#derp] come `/derp/probe`, `/derp/latency-check` and `/generate_204` (derp §2.2,
/// §2.6).
public final class RequestRoutes {
  /// The largest body a handler gets, unless it says otherwise.
  public static final int DEFAULT_BODY_LIMIT = 64 * 1024;

  /// Of a request to where nothing is, so that it hears 404 whatever it asks: a path that only who
  /// knows it may find takes no more (relay-rung RR-43).
  static final int NOWHERE_BODY_LIMIT = 4096;

  record Derp(ByteConnection.Acceptor acceptor, String serverKeyHex) {}

  record Message(String subprotocol, MessageConnection.Acceptor acceptor, UpgradeGate gate) {}

  record Http(String prefix, HttpHandler handler, int bodyLimit) {
    boolean covers(String path) {
      return path.startsWith(prefix)
          && (prefix.endsWith("/")
              || path.length() == prefix.length()
              || path.charAt(prefix.length()) == '/');
    }
  }

  private @Nullable Derp derp;
  private boolean derpOff;
  private boolean captivePortal;
  private final Map<String, Message> messages = new HashMap<>();
  private final Map<String, Http> exact = new HashMap<>();
  private final List<Http> https = new ArrayList<>();

  /// Serves DERP on `/derp`.
  ///
  /// @param serverKeyHex the relay's key, 64 hex digits, told in the answer's header
  public RequestRoutes derp(ByteConnection.Acceptor acceptor, String serverKeyHex) {
    derp = new Derp(acceptor, serverKeyHex);
    return this;
  }

  /// Says on `/derp` that there is no relay here; what comes with [#derp] is served all the same.
  public RequestRoutes derpOff() {
    derpOff = true;
    return this;
  }

  /// Serves `/generate_204` alone, by which clients find captive portals on port 80 (derp §2.6).
  public RequestRoutes captivePortal() {
    captivePortal = true;
    return this;
  }

  /// Serves WebSockets of binary messages on `path` (control R-STR-1).
  public RequestRoutes message(
      String path, String subprotocol, MessageConnection.Acceptor acceptor) {
    return message(path, subprotocol, acceptor, UpgradeGate.OPEN);
  }

  /// @param gate passed between the request and the proof of who the peer is
  public RequestRoutes message(
      String path, String subprotocol, MessageConnection.Acceptor acceptor, UpgradeGate gate) {
    messages.put(path, new Message(subprotocol, acceptor, gate));
    return this;
  }

  /// Serves this path alone, nothing below it.
  public RequestRoutes httpAt(String path, HttpHandler handler) {
    exact.put(path, new Http(path, handler, DEFAULT_BODY_LIMIT));
    return this;
  }

  public RequestRoutes http(String pathPrefix, HttpHandler handler) {
    return http(pathPrefix, handler, DEFAULT_BODY_LIMIT);
  }

  /// @param bodyLimit bytes of body; longer requests are answered 413
  public RequestRoutes http(String pathPrefix, HttpHandler handler, int bodyLimit) {
    if (!pathPrefix.startsWith("/")) {
      throw new IllegalArgumentException("route " + pathPrefix + " must begin with /");
    }
    https.add(new Http(pathPrefix, handler, bodyLimit));
    return this;
  }

  @Nullable Derp derp() {
    return derp;
  }

  boolean isCaptivePortal() {
    return captivePortal;
  }

  boolean isDerpOff() {
    return derpOff;
  }

  @Nullable Message message(String path) {
    return messages.get(path);
  }

  @Nullable Http http(String path) {
    Http longest = exact.get(path);
    if (longest != null) {
      return longest;
    }
    for (var route : https) {
      if (route.covers(path)
          && (longest == null || route.prefix().length() > longest.prefix().length())) {
        longest = route;
      }
    }
    return longest;
  }
}
