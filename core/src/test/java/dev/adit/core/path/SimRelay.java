package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.testkit.EventQueue;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.wireguard.WireGuardMessage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// A DERP relay as the path machine sees it: ordered, lossless while both are connected; tells the
/// sender of a probe or handshake that its destination is not there.
final class SimRelay {
  private final EventQueue events;
  private final long delay;
  private final Map<PublicKey, LabNode> connected = new HashMap<>();
  private final Set<PublicKey> probesLost = new HashSet<>();
  private int losesProbesPercent;
  private final Map<PublicKey, Long> lastArrival = new HashMap<>();

  SimRelay(EventQueue events, long delay) {
    this.events = events;
    this.delay = delay;
  }

  long delay() {
    return delay;
  }

  void connect(LabNode node) {
    connected.put(node.key(), node);
  }

  void disconnect(LabNode node) {
    connected.remove(node.key(), node);
  }

  boolean isConnected(PublicKey key) {
    return connected.containsKey(key);
  }

  void send(LabNode sender, PublicKey to, byte[] frame) {
    if (connected.get(sender.key()) != sender || isLost(sender, frame)) {
      return;
    }
    long arrival = Math.max(events.now() + delay, lastArrival.getOrDefault(to, 0L));
    lastArrival.put(to, arrival);
    PublicKey from = sender.key();
    events.at(
        arrival,
        () -> {
          LabNode receiver = connected.get(to);
          if (receiver != null) {
            receiver.relayFrame(from, frame);
          } else if (tellsGone(frame)) {
            events.after(delay, () -> peerGone(sender, to));
          }
        });
  }

  /// All probe messages this client sends vanish: a relay that is none of ours, or ill-meaning.
  void losesProbesOf(PublicKey sender, boolean loses) {
    if (loses) {
      probesLost.add(sender);
    } else {
      probesLost.remove(sender);
    }
  }

  /// So many of all probe messages vanish, chosen by their own bytes.
  void losesProbes(int percent) {
    losesProbesPercent = percent;
  }

  private boolean isLost(LabNode sender, byte[] frame) {
    return ProbeHeader.hasMagic(frame, 0, frame.length)
        && (probesLost.contains(sender.key())
            || Math.floorMod(Arrays.hashCode(frame), 100) < losesProbesPercent);
  }

  private void peerGone(LabNode sender, PublicKey to) {
    if (connected.get(sender.key()) == sender) {
      sender.peerGone(to);
    }
  }

  private static boolean tellsGone(byte[] frame) {
    return ProbeHeader.hasMagic(frame, 0, frame.length)
        || WireGuardMessage.of(frame, 0, frame.length).isHandshake();
  }
}
