package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.LONG_AGO;
import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Keeps WireGuard's own endpoint of one peer where it should be (nat-traversal §5.4): at the
/// loopback endpoint E(p), or, once a direct path has settled, at the peer's address, so that data
/// no longer passes the agent. Does nothing unless the node steers endpoints (native mode).
///
/// WireGuard moves an endpoint by itself, to the source of every authentic packet, and tells
/// nobody. Packets that came by the relay are given to it from E(p), so each of them moves it
/// there; packets that came directly move it to the peer's address. What it is at is therefore read
/// now and then; between readings we believe what our own packets must have done.
///
/// ```
///                settled: 1 s trusted, 250 ms nothing by the relay
///      E(p)  ────────────────────────────────────────────────▶  peer's address
///        ▲  ◀──── packets by the relay; back 100 ms after the last ────  │
///        └────────────── left, demoted, parked ──────────────────────────┘
/// ```
final class EndpointSteering {
  private final PublicKey key;
  private final NodeContext node;
  private final boolean isControlling;

  // Null is E(p).
  private @Nullable Endpoint wanted;
  private @Nullable Endpoint actual;

  private @Nullable Endpoint lastRead;

  /// Of a reading that was begun before this, the endpoint is out of date.
  private long movedAt = LONG_AGO;

  private @Nullable RemoteCandidate selected;
  private long selectedAt = LONG_AGO;
  private boolean nominated;
  private long relayedAt = LONG_AGO;

  // How often WireGuard was brought back to a direct address (R-DP-4).
  private long reassertAt = NEVER;
  private long reassertedAt = LONG_AGO;
  private long windowAt = LONG_AGO;
  private int inWindow;
  private long forwardUntil = LONG_AGO;

  // Where WireGuard went by itself, other than to where it should be. What the peer sends by the
  // relay brings it back for a moment: only when it was not there for a while, it is forgotten.
  private @Nullable Endpoint stray;
  private long strayUntil = NEVER;
  private long straySeenAt = LONG_AGO;
  private boolean isUnwanted;
  private long toldAt = LONG_AGO;
  private @Nullable Endpoint left;
  private long leftAt = LONG_AGO;

  private long lookedAt = LONG_AGO;
  private final DataCheck data = new DataCheck();
  private final SourcePin pin;

  EndpointSteering(PublicKey key, NodeContext node, boolean isControlling) {
    this.key = key;
    this.node = node;
    this.isControlling = isControlling;
    this.pin = new SourcePin(key, node);
  }

  // --- what the path machine does

  /// A direct path was chosen: the agent forwards to it (DIRECT-P) until it has settled, unless
  /// WireGuard is there already.
  void selected(RemoteCandidate candidate, long now) {
    selected = candidate;
    selectedAt = now;
    nominated = isControlling;
    reassertAt = NEVER;
    if (!node.steersEndpoints) {
      return;
    }
    pin.chosen(candidate.endpoint);
    if (candidate.endpoint.equals(actual)) {
      wanted = actual;
      found();
    } else if (wanted != null) {
      move(null, now);
    }
    node.readSoon(now);
  }

  /// The controller pinged us on the selected path, and means it (R-SEL-1).
  void nominated() {
    nominated = true;
  }

  /// The selected path is not trusted any more, or not wanted: back to E(p), even if we believe
  /// that WireGuard is there.
  void left(long now) {
    if (selected == null || !node.steersEndpoints) {
      selected = null;
      return;
    }
    left = selected.endpoint;
    leftAt = now;
    selected = null;
    reassertAt = NEVER;
    move(null, now);
  }

  /// WireGuard is given a packet from E(p), and is there now.
  ///
  /// @return true if that changes when we want to be woken
  boolean relayed(long now) {
    relayedAt = now;
    if (wanted == null && actual == null) {
      return isSettling();
    }
    actual = null;
    movedAt = now;
    if (wanted == null) {
      return isSettling();
    }
    reassertAt = Math.max(now + PathTimers.REASSERT_AFTER, reassertedAt + PathTimers.REASSERT_GAP);
    return true;
  }

  /// Our WireGuard is a new one: every endpoint is at E(p).
  void wireGuardRestarted(long now) {
    wanted = null;
    actual = null;
    movedAt = now;
    selectedAt = now;
    reassertAt = NEVER;
    found();
    data.restarted();
    pin.forget();
  }

  // --- what WireGuard says of itself

  /// WireGuard's counters have grown while it sent by itself: payload, which nobody else sees.
  boolean carriedPayload(WireGuardReading reading) {
    return data.grew(reading) && (wanted != null || actual != null) || pin.holdsBack(reading);
  }

  /// Whether WireGuard has received since the last reading, and was where it is now then, too.
  boolean hasHeardAt(WireGuardReading reading) {
    return data.heard(reading) && Objects.equals(reading.endpoint(), lastRead);
  }

  /// R-DP-8: what WireGuard sends on this path is not answered, whatever the pings say.
  boolean isDataLost(long now) {
    return wanted != null && data.isLost(now);
  }

  /// @param isProven the reading's endpoint is a proven candidate
  /// @param begun when the reading was asked for
  /// @return an address that WireGuard has found by itself and that is to be pinged, or null
  @Nullable Endpoint read(WireGuardReading reading, boolean isProven, long begun, long now) {
    pin.read(reading, data.heard(reading), now);
    data.read(reading, now);
    lastRead = reading.endpoint();
    if (begun <= movedAt) {
      return null;
    }
    actual = reading.endpoint();
    if (Objects.equals(actual, wanted)) {
      if (now - straySeenAt >= PathTimers.STRAY) {
        found();
      }
      return null;
    }
    if (actual == null) {
      if (reassertAt == NEVER) {
        reassertAt = Math.max(now, reassertedAt + PathTimers.REASSERT_GAP);
      }
      return null;
    }
    return strayed(actual, isProven, now);
  }

  private @Nullable Endpoint strayed(Endpoint to, boolean isProven, long now) {
    if (selected != null && to.equals(selected.endpoint)) {
      wanted = to; // the peer sends there by itself: so do we
      return null;
    }
    boolean wasLeft = to.equals(left) && now - leftAt < PathTimers.READ_OFTEN_FOR;
    if (wasLeft || !node.local.accepts(to)) {
      setBack(wasLeft ? to : null, now);
      return null;
    }
    node.readSoon(now);
    if (isProven && selected != null && nominated) {
      // Two good paths, and each WireGuard holds the other on the one that the controller left:
      // whoever sends first after it was moved takes the other along.
      if (wanted == null) {
        return null; // moved once it has settled
      }
      if (now - reassertedAt >= PathTimers.REASSERT_GAP && mayReassert(now)) {
        reassertedAt = now;
        move(wanted, now);
        return null;
      }
      return inWindow > PathTimers.REASSERTS_IN_WINDOW ? to : null;
    }
    if (pin.isSuspect(to, now)) {
      setBack(to, now);
      return null;
    }
    straySeenAt = now;
    if (to.equals(stray)) {
      if (now >= strayUntil) {
        setBack(to, now);
      }
      return null;
    }
    stray = to;
    strayUntil = now + PathTimers.STRAY;
    return to;
  }

  /// @param from where the peer has pulled WireGuard to; null if it cannot have
  private void setBack(@Nullable Endpoint from, long now) {
    if (from != null) {
      isUnwanted = true;
      pin.pulled(from, now);
    }
    move(wanted, now);
  }

  // --- time

  void timeReached(long now) {
    if (!node.steersEndpoints) {
      return;
    }
    lookedAt = now;
    if (now >= reassertAt) {
      reassert(now);
    }
    if (now >= strayUntil && isAtStray()) {
      setBack(stray, now);
    }
    RemoteCandidate candidate = selected;
    if (candidate != null
        && isSettling()
        && now >= settledAt()
        && now - candidate.fullPongAt <= PathTimers.SETTLE_PROOF) {
      move(candidate.endpoint, now); // R-DP-2
    }
  }

  private void reassert(long now) {
    reassertAt = NEVER;
    if (wanted == null) {
      return;
    }
    if (mayReassert(now)) {
      reassertedAt = now;
      move(wanted, now);
    } else {
      forwardUntil = now + PathTimers.FORWARD_AFTER_REASSERTS;
      wanted = null;
    }
  }

  private boolean mayReassert(long now) {
    if (now - windowAt >= PathTimers.REASSERT_WINDOW) {
      windowAt = now;
      inWindow = 0;
    }
    return ++inWindow <= PathTimers.REASSERTS_IN_WINDOW;
  }

  private void move(@Nullable Endpoint to, long now) {
    wanted = to;
    actual = to;
    movedAt = now;
    found();
    data.restarted();
    node.outputs.add(new PathOutput.SetEndpoint(key, to));
    node.readSoon(now);
  }

  private boolean isAtStray() {
    return stray != null && stray.equals(actual);
  }

  /// It is where it should be, or was just told to be.
  private void found() {
    stray = null;
    strayUntil = NEVER;
  }

  /// A direct path is selected, and the agent still forwards to it.
  boolean isSettling() {
    return node.steersEndpoints && selected != null && wanted == null;
  }

  /// As [#isSettling], and data stays on the relay meanwhile (helper mode).
  boolean keepsDataOnRelay() {
    return node.settlesOnRelay && isSettling();
  }

  private long settledAt() {
    long since = nominated ? PathTimers.SETTLE : PathTimers.SETTLE_UNNOMINATED;
    // In helper mode the relay is never quiet: data is on it until this moment.
    long quiet = node.settlesOnRelay ? LONG_AGO : relayedAt + PathTimers.SETTLE_QUIET;
    return Math.max(Math.max(selectedAt + since, quiet), forwardUntil);
  }

  long wakeAt() {
    long wake = Math.min(reassertAt, isAtStray() ? strayUntil : NEVER);
    // Later it is the next full-size answer that wakes us.
    return isSettling() && settledAt() > lookedAt ? Math.min(wake, settledAt()) : wake;
  }

  /// Whether WireGuard was last seen to send to this address.
  boolean isAt(Endpoint endpoint) {
    return endpoint.equals(actual);
  }

  /// Whether the peer is to be told that it sends to where we do not answer.
  boolean mustTell(long now) {
    if (!isUnwanted || now - toldAt < PathTimers.TELL_AGAIN) {
      return false;
    }
    isUnwanted = false;
    toldAt = now;
    pin.told(now);
    return true;
  }

  /// After each reading; see [SourcePin#judge].
  ///
  /// @return whether the peer is to be asked to use the relay, which it confirms
  boolean judge(PathState state, boolean canObey, long now) {
    if (pin.judge(state, canObey, now)) {
      move(wanted, now);
    }
    return pin.mustAsk(now);
  }

  // --- views

  /// Whether WireGuard sends to the peer's address by itself.
  boolean isNative() {
    return wanted != null;
  }
}
