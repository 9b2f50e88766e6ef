package dev.adit.core.path;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.testkit.SimNetwork;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.probe.Hello;
import dev.adit.wire.probe.NodeSecrets;
import dev.adit.wire.probe.ProbeChannel;
import dev.adit.wire.probe.ProbeCipher;
import dev.adit.wire.probe.ProbeCounter;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A peer moved by the test's hand: says whatever it likes, and answers pings like any other.
final class HandPeer {
  private final PrivateKey nodeKey;
  private final LabNode agent;
  private final SimNetwork.Host host;
  private final PrivateKey probeKey;
  private final NodeSecrets secrets;
  private final ProbeChannel channel;
  final List<ProbeMessage.Pong> pongs = new ArrayList<>();
  final List<Integer> sizes = new ArrayList<>();

  HandPeer(PrivateKey nodeKey, LabNode agent, SimNetwork.Host host, PrivateKey probeKey) {
    this.nodeKey = nodeKey;
    this.agent = agent;
    this.host = host;
    this.probeKey = probeKey;
    try {
      secrets = NodeSecrets.between(nodeKey, agent.key());
      channel =
          new ProbeChannel(
              secrets.probeKeys(probeKey, agent.paths.probeKey()),
              ProbeHeader.idOf(probeKey.publicKey()),
              new ProbeCounter(),
              ProbeCipher.CHACHA_POLY);
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
    host.onReceive(this::datagram);
  }

  byte[] hello() {
    Hello hello = new Hello(false, 0, probeKey.publicKey());
    return hello.seal(secrets, new byte[12], ProbeCipher.CHACHA_POLY);
  }

  byte[] sealed(ProbeMessage message) {
    return channel.seal(message);
  }

  void relay(byte[] frame) {
    agent.relayFrame(nodeKey.publicKey(), frame);
  }

  void say(ProbeMessage message) {
    relay(sealed(message));
  }

  void ping(ProbeMessage.Ping ping) {
    host.send(agent.host.endpoint(), sealed(ping));
  }

  private void datagram(Endpoint from, byte[] bytes) {
    ProbeMessage message = open(bytes);
    if (message instanceof ProbeMessage.Pong pong) {
      pongs.add(pong);
      sizes.add(bytes.length);
    } else if (message instanceof ProbeMessage.Ping ping) {
      int padding = Math.max(0, ping.padding() - 20);
      host.send(
          from,
          sealed(new ProbeMessage.Pong(ping.flags(), ping.tag(), ping.id(), from, 0, 1, padding)));
    }
  }

  private @Nullable ProbeMessage open(byte[] bytes) {
    try {
      return ProbeHeader.isWellFormed(bytes, 0, bytes.length) ? channel.open(bytes, 0) : null;
    } catch (CryptoException | MalformedException e) {
      return null;
    }
  }
}
