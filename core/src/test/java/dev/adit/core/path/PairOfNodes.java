package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.ProbeCipher;
import dev.adit.wire.probe.ProbeHeader;
import java.util.ArrayList;
import java.util.List;

/// Two agents in a [Lab], and what tests do with them: relay 30 ms, direct 10 ms one way unless a
/// test says otherwise. A (lower key) is the controller.
abstract class PairOfNodes {
  static final PrivateKey LOW = node(0x01);
  static final PrivateKey HIGH = node(0x21);

  final Lab lab = new Lab(7, ProbeCipher.CHACHA_POLY, 10 * Lab.MS, 30 * Lab.MS);
  final LabNode a = lab.node(LOW, "192.0.2.1:30001");
  final LabNode b = lab.node(HIGH, "198.51.100.1:30002");
  int sent;

  /// Both in native mode; before they start.
  void bothSteer() {
    a.steers();
    b.steers();
  }

  void startBoth(boolean hints) {
    a.start(b);
    b.start(a);
    if (hints) {
      a.hint(b);
      b.hint(a);
    }
  }

  /// Both direct, however they were before.
  void direct() {
    if (!a.running) {
      startBoth(true);
    }
    a.wireGuardSends(b, LabNode.data(sent++));
    assertThat(lab.runUntil(this::bothDirect, 15_000 * Lab.MS)).isNotNegative();
  }

  boolean bothDirect() {
    return a.state(b) == PathState.DIRECT && b.state(a) == PathState.DIRECT;
  }

  void block(boolean fromA, boolean fromB, boolean blocked) {
    if (fromA) {
      lab.network.link(a.host, b.host).blocked(blocked);
    }
    if (fromB) {
      lab.network.link(b.host, a.host).blocked(blocked);
    }
  }

  /// 100 packets per second each way.
  void traffic(long millis) {
    for (long t = 0; t < millis; t += 10) {
      a.wireGuardSends(b, LabNode.data(sent));
      b.wireGuardSends(a, LabNode.data(sent));
      sent++;
      lab.run(10 * Lab.MS);
    }
  }

  /// What was sent from this number on and has not arrived at both ends.
  List<Integer> missing(int from) {
    lab.run(200 * Lab.MS);
    List<Integer> atA = numbersAt(a);
    List<Integer> atB = numbersAt(b);
    List<Integer> missing = new ArrayList<>();
    for (int i = from; i < sent; i++) {
      if (!atA.contains(i) || !atB.contains(i)) {
        missing.add(i);
      }
    }
    return missing;
  }

  static List<Integer> numbersAt(LabNode node) {
    return node.delivered.stream().map(LabNode::numberOf).distinct().toList();
  }

  static Candidate host(String endpoint) {
    return new Candidate.Address(CandidateKind.HOST, Endpoint.literal(endpoint));
  }

  static Candidate reflexive(String endpoint) {
    return new Candidate.Address(CandidateKind.SRFLX, Endpoint.literal(endpoint));
  }

  static PrivateKey node(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = (byte) (from + i);
    }
    return PrivateKey.of(bytes);
  }

  final class HelloCount implements LabNode.Observer {
    int atA;
    int atB;
    byte[] last = {};

    @Override
    public void relayFrame(LabNode node, byte[] bytes, boolean before) {
      if (before
          && ProbeHeader.isWellFormed(bytes, 0, bytes.length)
          && ProbeHeader.form(bytes, 0) == ProbeHeader.FORM_HELLO) {
        atA += node == a ? 1 : 0;
        atB += node == b ? 1 : 0;
        last = bytes;
      }
    }
  }

  static final class DatagramCount implements LabNode.Observer {
    int datagrams;
    int frames;

    @Override
    public void datagram(LabNode node, Endpoint from, byte[] bytes, boolean before) {
      datagrams += before ? 1 : 0;
    }

    @Override
    public void relayFrame(LabNode node, byte[] bytes, boolean before) {
      frames += before ? 1 : 0;
    }
  }

  final class FrameTimes implements LabNode.Observer {
    final List<Long> millis = new ArrayList<>();

    @Override
    public void relayFrame(LabNode node, byte[] bytes, boolean before) {
      if (before && bytes.length == 148) {
        millis.add(lab.now() / Lab.MS);
      }
    }
  }
}
