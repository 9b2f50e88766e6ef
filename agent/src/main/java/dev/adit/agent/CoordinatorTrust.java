package dev.adit.agent;

import dev.adit.core.control.Reconnect.Target;
import dev.adit.core.control.TrustedCoordinator;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.Clock;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which coordinator this machine trusts, by what it was reached last, and both in the state
/// folder.
///
/// Confined to the packet loop's thread, but for what the status shows: [#root] and [#url].
final class CoordinatorTrust {
  private static final long SKEW_SECONDS = 60;

  private final AgentFiles files;
  private final Clock clock;
  private @Nullable JoinKey joinKey;
  private @Nullable TrustedCoordinator trusted;
  private volatile VerifyingKey root;
  private volatile Target reached;
  private boolean streaming;
  private long wallAtWelcome; // milliseconds since 1970
  private long nanosAtWelcome;

  private CoordinatorTrust(
      AgentFiles files,
      Clock clock,
      @Nullable JoinKey joinKey,
      VerifyingKey root,
      Target reached,
      @Nullable TrustedCoordinator trusted) {
    this.files = files;
    this.clock = clock;
    this.joinKey = joinKey;
    this.root = root;
    this.reached = reached;
    this.trusted = trusted;
  }

  /// @throws IOException if there is neither a join key nor anything stored, or they contradict
  static CoordinatorTrust open(AgentConfig config, AgentFiles files, Clock clock)
      throws IOException {
    AgentFiles.KnownCoordinator known = files.coordinator();
    try {
      TrustedCoordinator held = known == null ? null : restored(known);
      if (config.joinKey() == null) {
        if (known == null || held == null) {
          throw new IOException("this machine is in no network here; run: adit up KEY");
        }
        var reached = new Target(known.url(), known.address());
        return new CoordinatorTrust(files, clock, null, held.root(), reached, held);
      }
      JoinKey key = JoinKey.parse(config.joinKey());
      if (known != null && held != null && !held.hasRoot(key.root())) {
        if (files.hasMap()) {
          throw new IOException(
              "this machine is in the network of "
                  + known.url()
                  + "; to leave that one for good: rm -r "
                  + config.stateFolder());
        }
        held = null;
      }
      return new CoordinatorTrust(files, clock, key, key.root(), new Target(key.url(), null), held);
    } catch (MalformedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static TrustedCoordinator restored(AgentFiles.KnownCoordinator known)
      throws MalformedException {
    VerifyingKey root = VerifyingKey.of(Text.parseB64(known.root(), 32));
    return TrustedCoordinator.restore(root, known.identity());
  }

  /// The key to join with; null if there is a node, or has to be one.
  @Nullable JoinKey joinKey() {
    return joinKey;
  }

  /// This machine has a node: the key has done its work. Whoever is removed later does not come
  /// back by itself.
  void joined() {
    joinKey = null;
  }

  /// Null until the first identity document was accepted.
  @Nullable TrustedCoordinator coordinator() {
    return trusted;
  }

  /// Where to look for the coordinator, the most promising first.
  List<HttpsUrl> urls() {
    var urls = new LinkedHashSet<HttpsUrl>(List.of(reached.url()));
    if (trusted != null) {
      urls.addAll(trusted.identity().urls());
    }
    return List.copyOf(urls);
  }

  /// By what it was reached last; null if a join key says where it is.
  @Nullable Target lastGood() {
    return joinKey == null ? reached : null;
  }

  /// Judges a document that `host` shows.
  ///
  /// @throws MalformedException with the text for the user, if it is refused
  Identity judge(Envelope document, String host) throws MalformedException {
    long wall = clock.wall().toEpochMilli();
    TrustedCoordinator held = trusted;
    if (held == null) {
      held = TrustedCoordinator.first(host, root, document, wall);
      trusted = held;
      save();
    } else {
      Envelope before = held.document();
      if (held.offer(host, document, wall) instanceof TrustedCoordinator.Refused(var text)) {
        throw new MalformedException(text);
      }
      root = held.root();
      if (!before.equals(held.document())) {
        save();
      }
    }
    return held.identity();
  }

  /// Judges a `welcome`, and keeps what it says.
  ///
  /// @return false if it is refused
  boolean welcomed(Welcome welcome, PublicKey channel, long roundTrip, Target by) {
    TrustedCoordinator held = trusted;
    long wall = clock.wall().toEpochMilli();
    if (held == null
        || held.welcomed(by.url().host(), welcome, channel, wall, roundTrip)
            instanceof TrustedCoordinator.Refused) {
      return false;
    }
    reached = by;
    root = held.root();
    streaming = true;
    wallAtWelcome = wall;
    nanosAtWelcome = clock.nanos();
    save();
    return true;
  }

  private void save() {
    TrustedCoordinator held = trusted;
    if (held != null) {
      files.save(
          new AgentFiles.KnownCoordinator(
              held.root().toB64(), reached.url(), reached.address(), held.json()));
    }
  }

  /// The stream of the last welcome has ended.
  void streamClosed() {
    streaming = false;
  }

  /// The coordinator's clock as far as it is known, seconds since 1970. While a stream stands, a
  /// jump of the local clock does not matter; without one only the local clock knows of the time
  /// that a machine has slept.
  long seconds() {
    long wall =
        streaming
            ? wallAtWelcome + (clock.nanos() - nanosAtWelcome) / 1_000_000
            : clock.wall().toEpochMilli();
    return trusted == null ? Math.floorDiv(wall, 1000L) : trusted.seconds(wall);
  }

  /// How far this machine's clock is from the coordinator's, if that is more than a minute; else
  /// null.
  @Nullable String skew() {
    TrustedCoordinator held = trusted;
    long seconds = held == null ? 0 : held.offsetMs() / 1000;
    if (Math.abs(seconds) <= SKEW_SECONDS) {
      return null;
    }
    return "this machine's clock is "
        + Math.abs(seconds)
        + " s "
        + (seconds > 0 ? "behind" : "ahead of")
        + " the coordinator's";
  }

  /// b64. Any thread.
  String root() {
    return root.toB64();
  }

  /// Any thread.
  String url() {
    return reached.url().toString();
  }
}
