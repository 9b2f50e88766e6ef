package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Hello;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage;
import org.jspecify.annotations.Nullable;

/// What one peer and we say to each other: opens its messages, tells [PeerPath] what they mean, and
/// seals ours. Confined to its peer.
final class PeerProtocol {
  private final PeerPath path;
  private final NodeContext node;
  private final ProbeKeyring keys;
  private final PeerProber prober;
  private long heardOnRelayAt = PathTimers.LONG_AGO;

  PeerProtocol(PeerPath path, NodeContext node, ProbeKeyring keys, PeerProber prober) {
    this.path = path;
    this.node = node;
    this.keys = keys;
    this.prober = prober;
  }

  // --- received on the relay

  /// Probe magic from this peer's DERP key.
  void receivedOnRelay(byte[] bytes, int offset, int form, long now) {
    if (form == ProbeHeader.FORM_HELLO) {
      helloReceived(bytes, offset, now);
      return;
    }
    ProbeMessage message = keys.open(bytes, offset);
    if (message == null) {
      refusedOnRelay(keys.failure(), now);
      return;
    }
    heardOnRelayAt = now;
    opened(now);
    switch (message) {
      case ProbeMessage.Call call -> {
        path.called(now);
        prober.callReceived(call, now);
      }
      case ProbeMessage.Path decision -> path.decisionHeard(decision, now);
      case ProbeMessage.Ping ping -> node.dropped(DropReason.WRONG_CHANNEL);
      case ProbeMessage.Pong pong -> node.dropped(DropReason.WRONG_CHANNEL);
      case ProbeMessage.Unknown unknown -> node.dropped(DropReason.UNKNOWN_TYPE);
    }
  }

  /// RR-19: one of us has restarted, and the other does not know its probe key.
  private void refusedOnRelay(DropReason reason, long now) {
    node.dropped(reason);
    if (reason == DropReason.UNKNOWN_SENDER || reason == DropReason.NOT_AUTHENTIC) {
      keys.sayHello(true, now);
    }
  }

  private void helloReceived(byte[] bytes, int offset, long now) {
    boolean couldSeal = keys.canSeal();
    Hello hello = keys.helloReceived(bytes, offset, now);
    if (hello == null) {
      return;
    }
    path.notGone();
    if (hello.pleaseAnswer()) {
      keys.sayHello(false, now);
      prober.callAfterHello(now);
    }
    if (path.isActive() && (!couldSeal || !keys.isConfirmed())) {
      prober.restart(now);
    }
  }

  // --- received on UDP

  /// A probe message whose sender id is one of this peer's.
  ///
  /// @return why it does not open here, or null if it did
  @Nullable DropReason receivedOnUdp(byte[] bytes, int offset, Endpoint source, long now) {
    ProbeMessage message = keys.open(bytes, offset);
    if (message == null) {
      return keys.failure();
    }
    opened(now);
    node.sources.learned(source, path, now);
    switch (message) {
      case ProbeMessage.Ping ping ->
          pingReceived(ping, ProbeHeader.total(bytes, offset), source, now);
      case ProbeMessage.Pong pong -> {
        prober.pongReceived(pong, source, now);
        path.observed(source, pong.observed(), now);
      }
      case ProbeMessage.Path decision -> path.decisionHeard(decision, now);
      case ProbeMessage.Call call -> node.dropped(DropReason.WRONG_CHANNEL);
      case ProbeMessage.Unknown unknown -> node.dropped(DropReason.UNKNOWN_TYPE);
    }
    return null;
  }

  private void pingReceived(ProbeMessage.Ping ping, int totalBytes, Endpoint source, long now) {
    // Shorter than a PONG: answering would make us an amplifier. An opener wants no answer.
    boolean isAnswered =
        totalBytes >= ProbeSizes.SMALL
            && (ping.flags() & ProbeMessage.FLAG_OPENER) == 0
            && prober.answer(ping, source);
    RemoteCandidate from = prober.heardFrom(source, now);
    if (from != null) {
      path.pinged(from, ping, now); // looks at what was answered before
      if (isAnswered) {
        from.answers(ping, now);
      }
    }
  }

  /// A message opened; was it the first of a restarted agent (RR-20)?
  private void opened(long now) {
    if (keys.replacedCurrent()) {
      prober.forgetAll();
      path.peerRestarted(now);
    }
  }

  /// Whether the peer's agent was heard on the relay a short while ago.
  boolean isOnRelay(long now) {
    return now - heardOnRelayAt < PathTimers.ON_RELAY;
  }

  // --- sent

  /// Presence told a probe key we did not have.
  void keyHinted(PublicKey probeKey, long now) {
    if (!keys.hinted(probeKey) || !path.isActive()) {
      return;
    }
    if (keys.isConfirmed()) {
      keys.sayHello(false, now); // it has restarted, and may not know ours
      prober.callAfterHello(now);
    } else {
      prober.restart(now);
    }
  }

  /// RR-19: before pings and CALL, until the peer has shown that it knows our probe key.
  void introduce(long now) {
    if (!keys.isConfirmed()) {
      keys.sayHello(!keys.canSeal(), now);
    }
  }

  /// Sends on the relay, if any key is known.
  ///
  /// @param forNewest under the key announced last, which is what a restarted peer can open
  void send(ProbeMessage message, boolean forNewest) {
    byte[] sealed = forNewest ? keys.sealForNewest(message) : keys.seal(message);
    if (sealed != null) {
      node.sendRelay(path.key(), sealed);
    }
  }

  byte @Nullable [] seal(ProbeMessage message) {
    return keys.seal(message);
  }

  boolean canSeal() {
    return keys.canSeal();
  }

  void removed() {
    keys.removed();
  }
}
