package dev.adit.core.path;

import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.probe.Hello;
import dev.adit.wire.probe.NodeSecrets;
import dev.adit.wire.probe.ProbeChannel;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The probe keys of one peer: *current*, under which its messages have opened, and *pending*,
/// which it or somebody only announced (relay-rung RR-20).
///
/// Pending becomes current by the first message that opens under it. So a replayed HELLO and a
/// false hint change nothing. Agreements are computed when first used: hints for a thousand peers
/// cost a thousand hashes.
final class ProbeKeyring {
  private static final int MAX_RETIRED = 16;

  private static final class Slot {
    final PublicKey key;
    final long id;
    boolean fromHello;
    @Nullable ProbeChannel channel;
    boolean refused;

    Slot(PublicKey key, boolean fromHello) {
      this.key = key;
      this.id = ProbeHeader.idOf(key);
      this.fromHello = fromHello;
    }
  }

  private final PublicKey peerKey;
  private final PeerPath peer;
  private final NodeContext node;
  private @Nullable NodeSecrets secrets;
  private boolean peerRefused;
  private @Nullable Slot current;
  private @Nullable Slot pending;
  private final List<PublicKey> retired = new ArrayList<>();
  private boolean confirmed;
  private boolean replacedCurrent;
  private DropReason failure = DropReason.UNKNOWN_SENDER;
  private long helloSentAt = PathTimers.LONG_AGO;
  private final TokenBucket hellosOpened = new TokenBucket(2, 5);

  ProbeKeyring(PublicKey peerKey, PeerPath peer, NodeContext node) {
    this.peerKey = peerKey;
    this.peer = peer;
    this.node = node;
  }

  /// Presence says so; not signed by the peer.
  ///
  /// @return true if this is a key we did not have
  boolean hinted(PublicKey key) {
    return announced(key, false);
  }

  private boolean announced(PublicKey key, boolean fromHello) {
    if (retired.contains(key)) {
      return false;
    }
    if (current != null && current.key.equals(key)) {
      if (fromHello) {
        replacePending(null);
      }
      return false;
    }
    Slot known = pending;
    if (known != null && known.key.equals(key)) {
      known.fromHello |= fromHello; // the same slot: its replay window has seen messages
      return false;
    }
    if (known != null && known.fromHello && !fromHello) {
      return false;
    }
    replacePending(new Slot(key, fromHello));
    return true;
  }

  private void replacePending(@Nullable Slot slot) {
    if (pending != null) {
      node.withdrawn(pending.id, peer);
    }
    pending = slot;
    if (slot != null) {
      node.announced(slot.id, peer);
    }
  }

  /// A HELLO from this peer's DERP key.
  ///
  /// @return null if it was refused, and counted
  @Nullable Hello helloReceived(byte[] bytes, int offset, long now) {
    NodeSecrets shared = secrets();
    if (shared == null || !hellosOpened.take(1, now)) {
      node.dropped(DropReason.TOO_MANY);
      return null;
    }
    try {
      Hello hello = Hello.open(bytes, offset, shared, node.cipher);
      announced(hello.probeKey(), true);
      return hello;
    } catch (CryptoException e) {
      node.dropped(DropReason.NOT_AUTHENTIC);
    } catch (MalformedException e) {
      node.dropped(DropReason.MALFORMED);
    }
    return null;
  }

  /// Sends our HELLO, at most one per second.
  void sayHello(boolean pleaseAnswer, long now) {
    NodeSecrets shared = secrets();
    if (shared == null || !node.relayUp || now - helloSentAt < PathTimers.HELLO_GAP) {
      return;
    }
    helloSentAt = now;
    byte[] nonce = new byte[Hello.NONCE_BYTES];
    node.random.nextBytes(nonce);
    Hello hello = new Hello(pleaseAnswer, 0, node.probeKey.publicKey());
    node.sendRelay(peerKey, hello.seal(shared, nonce, node.cipher));
  }

  /// True once a message of the peer has opened: it knows our probe key.
  boolean isConfirmed() {
    return confirmed;
  }

  boolean canSeal() {
    return sealing() != null;
  }

  /// Seals under the key in use; null if none is known.
  byte @Nullable [] seal(ProbeMessage message) {
    Slot slot = sealing();
    ProbeChannel channel = slot == null ? null : channel(slot);
    return channel == null ? null : channel.seal(message);
  }

  /// Seals under the newest announced key: what a restarted peer can open.
  byte @Nullable [] sealForNewest(ProbeMessage message) {
    ProbeChannel channel = pending == null ? null : channel(pending);
    return channel == null ? seal(message) : channel.seal(message);
  }

  private @Nullable Slot sealing() {
    return current != null ? current : pending;
  }

  /// True if a message with this sender id may be opened here.
  boolean knows(long senderId) {
    return slotOf(senderId) != null;
  }

  /// Opens a probe message; null if it was refused, see [#failure]. Says by [#replacedCurrent] that
  /// the peer's agent is another than before.
  @Nullable ProbeMessage open(byte[] bytes, int offset) {
    replacedCurrent = false;
    Slot slot = slotOf(ProbeHeader.senderId(bytes, offset));
    ProbeChannel channel = slot == null ? null : channel(slot);
    if (slot == null || channel == null) {
      failure = DropReason.UNKNOWN_SENDER;
      return null;
    }
    try {
      ProbeMessage message = channel.open(bytes, offset);
      failure = DropReason.REPLAYED;
      if (message != null) {
        opened(slot);
      }
      return message;
    } catch (CryptoException e) {
      failure = DropReason.NOT_AUTHENTIC;
    } catch (MalformedException e) {
      failure = DropReason.MALFORMED;
    }
    return null;
  }

  private void opened(Slot slot) {
    confirmed = true;
    if (slot == pending) {
      replacedCurrent = current != null;
      if (current != null) {
        retire(current);
      }
      current = slot;
      pending = null;
    }
  }

  private void retire(Slot old) {
    node.withdrawn(old.id, peer);
    if (retired.size() == MAX_RETIRED) {
      retired.removeFirst();
    }
    retired.add(old.key);
  }

  DropReason failure() {
    return failure;
  }

  /// True if the message just opened was the first of a restarted agent.
  boolean replacedCurrent() {
    return replacedCurrent;
  }

  void removed() {
    replacePending(null);
    if (current != null) {
      node.withdrawn(current.id, peer);
      current = null;
    }
  }

  private @Nullable Slot slotOf(long senderId) {
    if (current != null && current.id == senderId) {
      return current;
    }
    return pending != null && pending.id == senderId ? pending : null;
  }

  private @Nullable ProbeChannel channel(Slot slot) {
    NodeSecrets shared = secrets();
    if (slot.channel == null && !slot.refused && shared != null) {
      try {
        slot.channel =
            new ProbeChannel(
                shared.probeKeys(node.probeKey, slot.key),
                node.probeId,
                node.probeCounter,
                node.cipher);
      } catch (CryptoException e) {
        slot.refused = true;
      }
    }
    return slot.channel;
  }

  private @Nullable NodeSecrets secrets() {
    if (secrets == null && !peerRefused) {
      try {
        secrets = NodeSecrets.between(node.nodeKey, peerKey);
      } catch (CryptoException e) {
        peerRefused = true;
      }
    }
    return secrets;
  }
}
