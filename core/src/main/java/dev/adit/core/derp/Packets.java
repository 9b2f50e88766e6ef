package dev.adit.core.derp;

import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.PacketFrame;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What becomes of the packets that one admitted client sends (derp §5.1, §7.3). Confined to the
/// client's thread. In the steady state it allocates nothing: the destination of the packet before
/// is remembered, and counts are summed up per read.
final class Packets {
  private static final double NOT_HERE_PER_SECOND = 1;
  private static final double NOT_HERE_BURST = 3;

  private final DerpRouter router;
  private final DerpCounts counts;
  private final PublicKey client;
  private final boolean privileged;
  private final Consumer<byte[]> reply;
  private final byte[] header;
  private @Nullable RegionEntry lastDestination;
  private @Nullable TokenBucket notHere;

  // The source of the packet forwarded last, and its header.
  private @Nullable PublicKey lastSource;
  private byte @Nullable [] lastHeader;

  // Since the last #count.
  private long packets;
  private long bytes;
  private long urgent;
  private long deliveredPackets;
  private long deliveredBytes;

  // For ever; read by other threads too, which may lag.
  private long packetsReceived;
  private long bytesReceived;

  /// @param reply takes a frame for the client itself
  Packets(DerpRouter router, PublicKey client, boolean privileged, Consumer<byte[]> reply) {
    this.router = router;
    this.counts = router.counts();
    this.client = client;
    this.privileged = privileged;
    this.reply = reply;
    this.header = PacketFrame.recvHeader(client);
  }

  PublicKey client() {
    return client;
  }

  long packetsReceived() {
    return packetsReceived;
  }

  long bytesReceived() {
    return bytesReceived;
  }

  /// A SendPacket frame came: destination, then data.
  ///
  /// @param length of both, at least 32
  void sent(byte[] array, int offset, int length, long now) {
    int data = offset + Derp.KEY_BYTES;
    int dataLength = length - Derp.KEY_BYTES;
    var kind = PacketKind.of(array, data, dataLength);
    packets++;
    bytes += dataLength;
    if (kind.hasPriority()) {
      urgent++;
    }
    // Not here and not allowed are one answer, reached by one path (relay-rung RR-37): both are
    // looked up, then compared; only what was delivered is remembered.
    var entry = remembered(array, offset);
    var destination = entry == null ? PublicKey.of(array, offset, Derp.KEY_BYTES) : entry.key();
    if (entry == null) {
      entry = router.find(destination);
    }
    boolean allowed = privileged || router.admission().allows(client, destination);
    if (entry == null || !allowed) {
      notDelivered(DropReason.UNKNOWN_DESTINATION, destination, kind, dataLength, now);
      return;
    }
    var receiver = entry.active();
    if (receiver != null) {
      lastDestination = entry;
      deliver(receiver, client, header, kind, array, data, dataLength, now);
      return;
    }
    var link = entry.forwarder();
    if (link != null) {
      lastDestination = entry;
      counts.add(DerpCounter.PACKETS_FORWARDED_OUT, 1);
      link.forward(client, destination, array, data, dataLength, kind);
      return;
    }
    notDelivered(DropReason.UNKNOWN_DESTINATION, destination, kind, dataLength, now);
  }

  private @Nullable RegionEntry remembered(byte[] array, int offset) {
    var last = lastDestination;
    if (last == null || !last.key().matches(array, offset)) {
      return null;
    }
    if (last.isGone()) {
      lastDestination = null;
      return null;
    }
    return last;
  }

  /// A ForwardPacket frame came from another relay: source, destination, then data. It is delivered
  /// here or not at all: one hop between relays, never more (derp §7.3).
  ///
  /// @param length of all, at least 64
  void forwarded(byte[] array, int offset, int length, long now) {
    int at = offset + Derp.KEY_BYTES;
    int data = at + Derp.KEY_BYTES;
    int dataLength = length - 2 * Derp.KEY_BYTES;
    var kind = PacketKind.of(array, data, dataLength);
    counts.add(DerpCounter.PACKETS_FORWARDED_IN, 1);
    var source = lastSource;
    if (source == null || !source.matches(array, offset)) {
      source = PublicKey.of(array, offset, Derp.KEY_BYTES);
      lastSource = source;
      lastHeader = PacketFrame.recvHeader(source);
    }
    var entry = remembered(array, at);
    var destination = entry == null ? PublicKey.of(array, at, Derp.KEY_BYTES) : entry.key();
    if (entry == null) {
      entry = router.find(destination);
    }
    boolean allowed = router.admission().allows(source, destination);
    var receiver = entry == null || !allowed ? null : entry.active();
    if (receiver == null || lastHeader == null) {
      notDelivered(DropReason.UNKNOWN_DESTINATION_FORWARDED, destination, kind, dataLength, now);
      return;
    }
    lastDestination = entry;
    deliver(receiver, source, lastHeader, kind, array, data, dataLength, now);
  }

  private void deliver(
      DerpServerSession receiver,
      PublicKey source,
      byte[] header,
      PacketKind kind,
      byte[] array,
      int data,
      int length,
      long now) {
    PacketFrame.setLength(header, length);
    if (receiver.deliver(source, kind, header, array, data, length, now)) {
      deliveredPackets++;
      deliveredBytes += length;
    }
  }

  private void notDelivered(
      DropReason reason, PublicKey destination, PacketKind kind, int length, long now) {
    counts.dropped(reason, kind, 1, length);
    router.drops().dropped(destination, reason, 1);
    // Not for other packets: nobody should find out by data who is here. One a second, because the
    // answer helps a client, it must not work for one.
    if (kind.isAnsweredWhenNotHere()) {
      if (notHere == null) {
        notHere = new TokenBucket(NOT_HERE_PER_SECOND, NOT_HERE_BURST);
      }
      if (notHere.take(1, now)) {
        reply.accept(new DerpFrame.PeerGone(destination, DerpFrame.PeerGone.NOT_HERE).encode());
        counts.add(DerpCounter.PEER_GONE_NOT_HERE, 1);
      }
    }
  }

  /// Hands the counts over; to be called when everything that was read has been dealt with.
  void count() {
    if (packets > 0) {
      counts.add(DerpCounter.PACKETS_RECEIVED, packets);
      counts.add(DerpCounter.BYTES_RECEIVED, bytes);
      packetsReceived += packets;
      bytesReceived += bytes;
      if (urgent > 0) {
        counts.add(DerpCounter.PRIORITY_PACKETS_RECEIVED, urgent);
      }
      packets = 0;
      bytes = 0;
      urgent = 0;
    }
    if (deliveredPackets > 0) {
      counts.add(DerpCounter.PACKETS_SENT, deliveredPackets);
      counts.add(DerpCounter.BYTES_SENT, deliveredBytes);
      deliveredPackets = 0;
      deliveredBytes = 0;
    }
  }
}
