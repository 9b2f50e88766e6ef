package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.MILLISECOND;
import static dev.adit.core.path.PathTimers.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.Hello;
import dev.adit.wire.probe.NodeSecrets;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.TransactionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// How much peers and strangers can make a node do or remember, however much they send.
class ProbeLimitsTest {
  private static final PlainCipher CIPHER = new PlainCipher();

  private final Random random = new Random(1);
  private final PrivateKey own = PrivateKey.generate(random);
  private final PathNode node =
      new PathNode(own, PrivateKey.generate(random), random, CIPHER, PathRules.SPECIFIED);
  private long now = SECOND;

  @Test
  void pingsAPeer50TimesASecondAfter50AtOnce() {
    var peer = peer();
    int pings = 0;
    for (int step = 0; step < 100; step++) {
      announce(peer, 24, 100 * step); // always other addresses, all of them new
      pings += pass(50 * MILLISECOND);
    }
    assertThat(pings).isBetween(200, 50 + 50 * 5);
  }

  @Test
  void pingsAllPeersTogether500TimesASecondAfter100AtOnce() {
    var peers = new ArrayList<PrivateKey>();
    for (int i = 0; i < 20; i++) {
      peers.add(peer());
    }
    int pings = 0;
    for (int step = 0; step < 20; step++) {
      for (int i = 0; i < peers.size(); i++) {
        announce(peers.get(i), 24, 10_000 * i + 100 * step);
      }
      pings += pass(50 * MILLISECOND);
    }
    assertThat(pings).isBetween(450, 600);
  }

  @Test
  void remembers64AddressesOfAPeer() {
    var peer = peer();
    announce(peer, 65, 0);
    var status = node.status(peer.publicKey());
    assertThat(status == null ? List.of() : status.candidates()).hasSize(64);
  }

  @Test
  void tells24OfItsOwnAddresses() {
    var local = new LocalSide();
    local.replaceCandidates(candidates(25, 0));
    assertThat(local.call(false).candidates()).hasSize(24);
  }

  @Test
  void opens200ProbesASecondOfOneSourceAndOf1024SourcesAtOnce() {
    var probe = PrivateKey.generate(random).publicKey();
    node.presenceHeard(peer().publicKey(), probe, List.of(), true, now);
    byte[] forged = forged(probe);
    for (int i = 0; i < 201; i++) {
      node.datagramReceived(source(0), forged, 0, forged.length, now);
    }
    assertThat(node.drops()).containsEntry(DropReason.NOT_AUTHENTIC, 200L);
    assertThat(node.drops()).containsEntry(DropReason.TOO_MANY, 1L);
    for (int i = 1; i <= 1024; i++) {
      node.datagramReceived(source(i), forged, 0, forged.length, now);
    }
    assertThat(node.drops()).containsEntry(DropReason.NOT_AUTHENTIC, 200L + 1023);
    assertThat(node.drops()).containsEntry(DropReason.TOO_MANY, 2L);
  }

  @Test
  void opensFiveHellosAtOnceAndThenTwoASecond() throws CryptoException {
    var peer = peer();
    var secrets = NodeSecrets.between(peer, own.publicKey());
    for (int i = 0; i < 6; i++) {
      var probe = PrivateKey.generate(random).publicKey();
      byte[] hello = new Hello(false, 0, probe).seal(secrets, new byte[12], CIPHER);
      node.relayReceived(peer.publicKey(), hello, 0, hello.length, now);
    }
    assertThat(node.drops()).containsEntry(DropReason.TOO_MANY, 1L);
  }

  @Test
  void remembers256PingsAnd64SourcesOfAPeer() {
    var pings = new OutstandingPings();
    var to = new RemoteCandidate(source(0), CandidateKind.HOST);
    for (int i = 0; i <= 256; i++) {
      pings.add(new OutstandingPings.Ping(new TransactionId(i, 0), to, now, 0, null, true));
    }
    assertThat(pings.take(new TransactionId(0, 0))).isNull();
    assertThat(pings.take(new TransactionId(1, 0))).isNotNull();

    var context =
        new NodeContext(own, PrivateKey.generate(random), random, CIPHER, PathRules.SPECIFIED);
    var peer = new PeerPath(PrivateKey.generate(random).publicKey(), context);
    var sources = new Sources();
    for (int i = 0; i <= 64; i++) {
      sources.learned(source(i), peer, now + i);
    }
    assertThat(sources.peerOf(source(0), now)).isNull();
    assertThat(sources.peerOf(source(1), now)).isSameAs(peer);
  }

  /// A new peer, to which something is sent.
  private PrivateKey peer() {
    var key = PrivateKey.generate(random);
    node.relayConnected(now);
    node.candidatesGathered(candidates(1, 60_000), now);
    node.peerConfigured(key.publicKey(), now);
    byte[] data = new byte[32];
    data[0] = 4;
    node.wireGuardSent(key.publicKey(), data, 0, 32, now);
    return key;
  }

  private void announce(PrivateKey peer, int count, int from) {
    PublicKey probe = PrivateKey.generate(new Random(from)).publicKey();
    node.presenceHeard(peer.publicKey(), probe, candidates(count, from), true, now);
  }

  private static List<Candidate> candidates(int count, int from) {
    var candidates = new ArrayList<Candidate>();
    for (int i = 0; i < count; i++) {
      candidates.add(new Candidate.Address(CandidateKind.HOST, source(from + i)));
    }
    return candidates;
  }

  private static Endpoint source(int number) {
    byte[] address = {(byte) 203, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
    return new Endpoint(IpAddress.of(address), 41_000);
  }

  /// A probe under the peer's sender id, made without its keys.
  private static byte[] forged(PublicKey probe) {
    byte[] forged = new byte[ProbeHeader.MIN_TOTAL_BYTES + 24];
    putLong(forged, 0, (long) ProbeHeader.MAGIC << 32 | 1L << 24 | forged.length);
    putLong(forged, 8, ProbeHeader.idOf(probe));
    forged[23] = 1;
    return forged;
  }

  private static void putLong(byte[] bytes, int at, long value) {
    for (int i = 0; i < 8; i++) {
      bytes[at + i] = (byte) (value >>> 56 - 8 * i);
    }
  }

  /// The number of pings sent meanwhile.
  private int pass(long nanos) {
    int pings = 0;
    for (long end = now + nanos; now < end; now += MILLISECOND) {
      node.timeReached(now);
      for (var output = node.poll(); output != null; output = node.poll()) {
        pings += output instanceof PathOutput.SendProbe ? 1 : 0;
      }
    }
    return pings;
  }
}
