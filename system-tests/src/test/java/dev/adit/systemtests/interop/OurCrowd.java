package dev.adit.systemtests.interop;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.derp.DerpClient;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// A crowd of clients of our library, in this process. Thread-safe.
final class OurCrowd implements Crowd {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration PING_LIMIT = Duration.ofSeconds(5);

  /// In which the relay says something, and hears from the network that nobody is there.
  private static final long RESET_NANOS = 2_000_000_000L;

  private record Live(int port, DerpClient client) {}

  private final Listener listener;
  private final HttpOptions ordinary;
  private final HttpOptions watching;
  private final Map<Integer, Live> live = new ConcurrentHashMap<>();
  private volatile Orders orders = new Orders(List.of(), List.of(), List.of());
  private volatile List<PublicKey> peers = List.of();
  private volatile boolean resting;

  private final LongAdder connects = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder forwarded = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder damaged = new LongAdder();
  private final LongAdder pings = new LongAdder();
  private final LongAdder presences = new LongAdder();

  OurCrowd(Stage stage, Listener listener) throws IOException {
    this.listener = listener;
    var root = Stage.certificate(stage.certificates().resolve("ca.pem"));
    ordinary = HttpOptions.DEFAULT.withRoots(List.of(root)).withEnvironment(Map.of());
    var mesh = DerpOptions.DEFAULT.withMeshKey(HexFormat.of().parseHex(DerpServer.MESH_KEY));
    watching = ordinary.withDerp(mesh).watching();
  }

  @Override
  public void start(Orders orders) {
    this.orders = orders;
    peers = orders.peers().stream().map(OurClient::key).toList();
    live.clear();
    resting = false;
    Thread.ofVirtual()
        .start(() -> {
          for (Member member : orders.members()) {
            Thread.ofVirtual().name("member").start(() -> run(member));
            pause(START_MILLIS);
          }
        });
  }

  private void run(Member member) {
    while (!resting) {
      try {
        connection(member);
      } catch (IOException e) {
        failures.increment();
      }
      pause(100 + ThreadLocalRandom.current().nextInt(500));
    }
  }

  /// Lives as long as one connection; only one that never came to be is an error.
  private void connection(Member member) throws IOException {
    List<String> urls = orders.urls();
    URI url = URI.create(urls.get(ThreadLocalRandom.current().nextInt(urls.size())));
    HttpOptions options = member.watches() ? watching : ordinary;
    PrivateKey own = OurClient.privateKey(member.key());
    try (var http = DerpHttpClient.of(url, own, options, RANDOM, Clock.SYSTEM)) {
      DerpClient client = http.connection();
      Endpoint local = client.local();
      if (local == null) {
        throw new IOException("no address of our end");
      }
      connects.increment();
      live.put(member.number(), new Live(local.port(), client));
      listener.isUp(member.number(), local.port());
      Thread.ofVirtual().name("disturb").start(() -> disturb(client, member.watches()));
      receive(client);
    }
  }

  private void receive(DerpClient client) {
    try {
      while (true) {
        switch (client.receive()) {
          case Event.Received(_, var data) -> {
            received.increment();
            if (!ChaosPacket.isWhole(data)) {
              damaged.increment();
            }
          }
          case Event.PeerPresent _, Event.PeerGone _ -> presences.increment();
          default -> {}
        }
      }
    } catch (IOException e) {
      // It has ended, as all do here.
    }
  }

  /// Sends, forwards, pings and changes its mind about its home.
  private void disturb(DerpClient client, boolean forwards) {
    try {
      while (true) {
        var random = ThreadLocalRandom.current();
        pause(random.nextInt(2 * PAUSE_MILLIS));
        PublicKey to = peers.get(random.nextInt(peers.size()));
        int choice = random.nextInt(8);
        if (choice == 0) {
          long _ = client.ping(PING_LIMIT);
          pings.increment();
        } else if (choice == 1) {
          client.notePreferred(random.nextBoolean());
        } else if (choice < 4 && forwards) {
          client.forward(client.key(), to, ChaosPacket.make(true));
          forwarded.increment();
        } else {
          client.send(to, ChaosPacket.make(false));
          sent.increment();
        }
      }
    } catch (IOException e) {
      client.close();
    }
  }

  @Override
  public void end(int member, int port, End how) {
    Live now = live.get(member);
    if (now == null || now.port != port) {
      return;
    }
    if (how == End.RST) {
      Thread.ofVirtual()
          .start(() -> {
            LockSupport.parkNanos(RESET_NANOS);
            now.client.close();
          });
    } else {
      now.client.close();
    }
  }

  @Override
  public boolean sendsReset() {
    return false;
  }

  @Override
  public void rest() {
    resting = true;
  }

  @Override
  public Tally tally() {
    return new Tally(
        connects.sum(),
        failures.sum(),
        sent.sum(),
        forwarded.sum(),
        received.sum(),
        damaged.sum(),
        pings.sum(),
        presences.sum());
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(millis * 1_000_000L);
  }
}
