package dev.adit.systemtests.interop;

import dev.adit.core.derp.DerpClientSession;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;

/// One client of our library. Thread-safe.
final class OurClient extends TestClient {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String PRIVATE = "privkey:";
  private static final String PUBLIC = "nodekey:";
  private static final long PAUSE = 100_000_000; // before it connects again

  private final DerpHttpClient client;
  private volatile boolean isClosed;

  private OurClient(String name, DerpHttpClient client) {
    super(name);
    this.client = client;
  }

  /// Connects, and receives from then on.
  static OurClient open(String name, ClientOptions options, HttpOptions http) throws IOException {
    String text = options.key();
    PrivateKey own = text == null ? PrivateKey.generate(RANDOM) : privateKey(text);
    String mesh = options.mesh();
    DerpOptions derp =
        DerpOptions.DEFAULT.withMeshKey(mesh == null ? null : HexFormat.of().parseHex(mesh));
    HttpOptions full = http.withDerp(options.isProber() ? derp.asProber() : derp);
    full = options.watches() ? full.watching() : full;
    DerpHttpClient client =
        options.url().isEmpty()
            ? region(options.region(), own, full)
            : DerpHttpClient.of(URI.create(options.url()), own, full, RANDOM, Clock.SYSTEM);
    if (options.isPreferred()) {
      client.notePreferred(true);
    }
    client.connect();
    OurClient made = new OurClient(name, client);
    Thread.ofVirtual().name(name).start(() -> made.receive(options.reconnects()));
    return made;
  }

  private static DerpHttpClient region(String json, PrivateKey own, HttpOptions options) {
    String map = "{\"Regions\":{\"900\":" + json + "}}";
    try {
      DerpRegion region =
          DerpMap.fromJson(map.getBytes(StandardCharsets.UTF_8)).regions().get(900L);
      return DerpHttpClient.of(() -> region, own, options, RANDOM, Clock.SYSTEM);
    } catch (MalformedException e) {
      throw new AssertionError(map, e);
    }
  }

  private void receive(boolean reconnects) {
    while (!isClosed) {
      try {
        heard(read(client.receive()));
      } catch (IOException e) {
        if (!isClosed) {
          heard(new Event.Failed(String.valueOf(e.getMessage())));
        }
        if (!reconnects) {
          return;
        }
        LockSupport.parkNanos(PAUSE);
      }
    }
  }

  private static Event read(DerpClientSession.Event event) {
    return switch (event) {
      case DerpClientSession.Event.Received(var source, var data) ->
          new Event.Packet(text(source), data.length, CountingBytes.sha256(data), data);
      case DerpClientSession.Event.Admitted(var info) ->
          new Event.ServerInfo(info.bytesPerSecond(), info.burstBytes());
      case DerpClientSession.Event.PeerGone(var peer, var wasHere) ->
          new Event.Gone(text(peer), !wasHere);
      case DerpClientSession.Event.PeerPresent(var peer, var endpoint, var flags) ->
          new Event.Present(text(peer), endpoint == null ? "" : endpoint.toString(), flags);
      case DerpClientSession.Event.Health(var problem) -> new Event.Health(problem);
      case DerpClientSession.Event.Restarting(var in, var tryFor) ->
          new Event.Restarting(in, tryFor);
      default -> new Event.Other(event.getClass().getSimpleName());
    };
  }

  static String text(PublicKey key) {
    return PUBLIC + key.toHex();
  }

  /// @param text `privkey:…`
  static PrivateKey privateKey(String text) {
    return PrivateKey.of(HexFormat.of().parseHex(text.substring(PRIVATE.length())));
  }

  /// @param text `nodekey:…`
  static PublicKey key(String text) {
    return PublicKey.of(HexFormat.of().parseHex(text.substring(PUBLIC.length())));
  }

  @Override
  String key() {
    return text(client.key());
  }

  @Override
  String local() {
    return String.valueOf(client.local());
  }

  @Override
  void send(String to, byte[] data) {
    run(() -> client.send(key(to), data));
  }

  @Override
  void forward(String from, String to, byte[] data) {
    run(() -> client.forward(key(from), key(to), data));
  }

  @Override
  void closePeer(String peer) {
    run(() -> client.closePeer(key(peer)));
  }

  @Override
  void ping() {
    run(() -> {
      long _ = client.ping();
    });
  }

  @Override
  void prefer(boolean isHome) {
    run(() -> client.notePreferred(isHome));
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void run(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void close() {
    isClosed = true;
    client.close();
  }

  @Override
  String tail() {
    return "";
  }
}
