package dev.adit.agent;

import dev.adit.core.helper.HelperAnswer;
import dev.adit.core.helper.HelperRequest;
import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.PortSharer;
import dev.adit.net.local.LocalFrames;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A [Helper] on a real Unix socket, with an interface and a port that only write down what is
/// asked of them.
final class HelperBench implements AutoCloseable, Helper.Hands {
  static final PrivateKey KEY = PrivateKey.generate(new Random(1));
  static final int PORT = 51_820;
  static final Endpoint SOMEWHERE = Endpoint.literal("192.0.2.1:9");

  final Path socket;
  final Helper helper;
  final AtomicLong now = new AtomicLong();
  final Clock clock =
      new Clock() {
        @Override
        public long nanos() {
          return now.get();
        }

        @Override
        public Instant wall() {
          return Instant.EPOCH;
        }
      };
  final ConcurrentLinkedQueue<String> done = new ConcurrentLinkedQueue<>();
  final List<Tunnel.Wanted> applied = new ArrayList<>();
  final List<PublicKey> forgotten = new ArrayList<>();
  final CountDownLatch left = new CountDownLatch(1);
  volatile PortSharer.@Nullable Listener listener;
  List<WireGuardReading> readings = List.of();

  /// @param users whom the helper serves
  HelperBench(Path folder, String... users) throws IOException {
    socket = folder.resolve("helper.sock");
    var config = new HelperConfig(socket, List.of(users), List.of("adit0"), null, folder, null);
    helper = Helper.start(config, clock, this);
  }

  /// The user who runs the tests.
  static String self() {
    return System.getProperty("user.name");
  }

  /// A connection that has said nothing yet.
  LocalFrames connect() throws IOException {
    return LocalFrames.connect(socket, HelperRequest.MAX_FRAME);
  }

  /// A connection that has the interface.
  LocalFrames claimed() throws IOException, MalformedException {
    LocalFrames frames = connect();
    HelperAnswer _ = ask(frames, new HelperRequest.Claim(HelperRequest.VERSION, "adit0", KEY));
    return frames;
  }

  static HelperAnswer ask(LocalFrames frames, HelperRequest request)
      throws IOException, MalformedException {
    frames.write(request.encode());
    return next(frames);
  }

  static HelperAnswer next(LocalFrames frames) throws IOException, MalformedException {
    byte[] frame = frames.read();
    if (frame == null) {
      throw new IOException("the helper has ended the connection");
    }
    return HelperAnswer.decode(frame);
  }

  void awaitLeave() throws InterruptedException {
    if (!left.await(10, TimeUnit.SECONDS)) {
      throw new AssertionError("the helper has not let go of the interface");
    }
  }

  // --- what needs rights

  @Override
  public Tunnel tunnel(InterfaceOptions options, PrivateKey key) {
    done.add("tunnel " + options.name());
    return new Tunnel() {
      @Override
      public int open(int port) {
        done.add("open " + port);
        return PORT;
      }

      @Override
      public void apply(Wanted wanted) {
        applied.add(wanted);
      }

      @Override
      public void forgetPeer(PublicKey peer) {
        forgotten.add(peer);
      }

      @Override
      public void moveEndpoint(PublicKey peer, Endpoint endpoint) throws IOException {
        if (endpoint.port() == 0) {
          throw new IOException("no such port");
        }
        done.add("move " + endpoint);
      }

      @Override
      public void pin(PublicKey peer, @Nullable Endpoint source) {
        done.add("pin " + source);
      }

      @Override
      public boolean movesEndpoints() {
        return true;
      }

      @Override
      public void routeMtu(PublicKey peer, int mtu) {
        done.add("mtu " + mtu);
      }

      @Override
      public List<WireGuardReading> read() {
        return readings;
      }

      @Override
      public boolean isGone() {
        return false;
      }

      @Override
      public void greet(PublicKey peer) {
        done.add("greet");
      }

      @Override
      public String wireGuard() {
        return "kernel";
      }

      @Override
      public void leave() {
        done.add("leave");
        left.countDown();
      }

      @Override
      public void close() {
        done.add("remove");
      }
    };
  }

  @Override
  public PortSharer share(int port) {
    done.add("share " + port);
    return new PortSharer() {
      @Override
      public void start(Listener hears) {
        listener = hears;
      }

      @Override
      public int port() {
        return port;
      }

      @Override
      public void changePort(int newPort) {}

      @Override
      public void routesChanged() {
        done.add("routes");
      }

      @Override
      public void sendProbe(Endpoint to, byte[] payload) {
        done.add("probe " + payload.length + " to " + to);
      }

      @Override
      public boolean send(Endpoint to, byte[] payload, int offset, int length) {
        done.add("data " + length + " to " + to);
        return true;
      }

      @Override
      public long unsent() {
        return 2;
      }

      @Override
      public boolean hears() {
        return true;
      }

      @Override
      public void close() {
        done.add("unshare");
      }
    };
  }

  @Override
  public void close() throws IOException {
    helper.close();
  }
}
