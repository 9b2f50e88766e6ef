package dev.adit.relay;

import dev.adit.core.admission.Admission;
import dev.adit.core.derp.ClientFacts;
import dev.adit.core.derp.DerpRouter;
import dev.adit.core.derp.DerpServerOptions;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.derp.ByteChannel;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/// The DERP server as a library: it owns no port and no file, and is handed connections, over
/// whatever carries bytes. Thread-safe.
///
/// [#handOver] takes a stream that begins with DERP's first frame. A program that wants HTTP, TLS
/// and WebSocket around it gives [#addTo]'s routes to a [dev.adit.net.frontdoor.FrontDoor].
public final class DerpServer implements AutoCloseable {
  private final Relay relay;

  private DerpServer(Relay relay) {
    this.relay = relay;
  }

  /// @param key the server's own; no client's, and no WireGuard key
  /// @param admission whom it serves
  /// @param random must be cryptographically secure, and thread-safe
  public static DerpServer of(
      PrivateKey key,
      DerpServerOptions options,
      Admission admission,
      Clock clock,
      RandomGenerator random) {
    var config =
        new RelayConfig(
                Path.of("."), // unused: the key is given
                "derp",
                RelayConfig.DEFAULT_REGION,
                RelayConfig.DEFAULT_REGION_ID,
                List.of(),
                List.of(),
                RelayConfig.DEFAULT_TCP,
                List.of(),
                List.of(),
                List.of())
            .withDerp(options);
    try {
      return new DerpServer(Relay.open(config, key, admission, clock, random));
    } catch (IOException e) {
      throw new IllegalStateException("without STUN there is nothing to open", e);
    }
  }

  /// Serves one client on `channel` until either ends it; returns at once.
  ///
  /// @param channel belongs to the server from now on
  /// @param remote the client's address, for watchers and admission
  public void handOver(ByteChannel channel, Endpoint remote) {
    new HandedConnection(channel, remote).start(relay.derp());
  }

  /// Lets a front door serve it as well.
  public RequestRoutes addTo(RequestRoutes routes) {
    return relay.addTo(routes);
  }

  public PublicKey key() {
    return relay.key();
  }

  /// Where ways to clients of other servers are added and taken away, and clients' connections are
  /// closed.
  public DerpRouter router() {
    return relay.router();
  }

  /// Who is connected, with what each has sent and received; duplicates of a key too.
  public List<ClientFacts> clients() {
    return relay.clients();
  }

  public RelayMetrics metrics() {
    return relay.metrics();
  }

  /// Ends every connection. Harmless if repeated.
  @Override
  public void close() {
    relay.close();
  }
}
