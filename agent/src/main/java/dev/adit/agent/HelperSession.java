package dev.adit.agent;

import dev.adit.core.helper.HelperAnswer;
import dev.adit.core.helper.HelperRequest;
import dev.adit.core.helper.NetworkRules;
import dev.adit.core.helper.SendRules;
import dev.adit.core.path.TunnelMtu;
import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.PortSharer;
import dev.adit.net.local.LocalFrames;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One agent's connection to a [Helper]: one user, one interface. Confined to the connection's
/// thread, but for [#received].
final class HelperSession {
  /// The agent asks for what it may not have; its connection ends.
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    final HelperRefusal why;

    Refused(HelperRefusal why, String text) {
      super(text, null, false, false);
      this.why = why;
    }
  }

  private final Helper helper;
  private final LocalFrames frames;
  private final String user;
  private final boolean allowed;
  private final SendRules rules = new SendRules();
  private String interfaceName = "";
  private @Nullable Tunnel tunnel;
  private @Nullable PortSharer port;
  private long refusedSends;

  // What the frames before the next Apply say.
  private final Map<PublicKey, Tunnel.Peer> peers = new LinkedHashMap<>();
  private HelperRequest.Network network = new HelperRequest.Network(true, List.of(), List.of());

  HelperSession(Helper helper, LocalFrames frames, String user, boolean allowed) {
    this.helper = helper;
    this.frames = frames;
    this.user = user;
    this.allowed = allowed;
  }

  /// Until the agent leaves or is sent away.
  void run() throws IOException {
    try {
      if (!allowed) {
        throw new Refused(
            HelperRefusal.FOREIGN_USER,
            "the helper does not serve user " + user + "; start it with --allow-user " + user);
      }
      for (byte[] frame = frames.read(); frame != null; frame = frames.read()) {
        carryOut(HelperRequest.decode(frame));
      }
    } catch (Refused e) {
      refuse(e.why, String.valueOf(e.getMessage()));
    } catch (MalformedException e) {
      refuse(HelperRefusal.MALFORMED, String.valueOf(e.getMessage()));
    } catch (LocalFrames.FrameTooLong e) {
      refuse(HelperRefusal.FRAME_TOO_LONG, String.valueOf(e.getMessage()));
    } finally {
      leave();
    }
  }

  private void refuse(HelperRefusal why, String text) throws IOException {
    helper.counters().refused(why, user);
    answer(new HelperAnswer.Failed(text));
  }

  private void leave() {
    frames.close(); // first: the port's thread may wait for the agent to read
    if (port != null) {
      port.close();
    }
    if (tunnel != null) {
      tunnel.leave();
      helper.giveBack(interfaceName);
      helper.counters().agentLeft();
      AgentLog.info(
          Helper.class,
          "helper_agent_left",
          "an agent has left the helper",
          "interface",
          interfaceName,
          "user",
          user);
    }
  }

  private void answer(HelperAnswer answer) throws IOException {
    frames.write(answer.encode());
  }

  private interface Action {
    void run() throws IOException;
  }

  /// Does it, and says how it went.
  private void attempt(@Nullable HelperChange change, Action action) throws IOException {
    HelperAnswer answer = new HelperAnswer.Done();
    try {
      action.run();
      if (change != null) {
        helper.counters().changed(change, interfaceName, user, peers.size());
      }
    } catch (IOException e) {
      answer = new HelperAnswer.Failed(String.valueOf(e.getMessage()));
    }
    answer(answer);
  }

  private void carryOut(HelperRequest request) throws IOException, Refused {
    if (request instanceof HelperRequest.Claim claim) {
      claim(claim);
      return;
    }
    Tunnel claimed = tunnel;
    if (claimed == null) {
      throw new Refused(HelperRefusal.MALFORMED, "the first frame must be a claim");
    }
    switch (request) {
      case HelperRequest.Claim _ -> throw new IllegalStateException("carried out above");
      case HelperRequest.Check() -> attempt(null, claimed::check);
      case HelperRequest.Open(var wanted) -> open(claimed, wanted);
      case HelperRequest.Peers told -> peersTold(told);
      case HelperRequest.Network told -> networkTold(told);
      case HelperRequest.Apply() -> apply(claimed);
      case HelperRequest.MoveEndpoint(var peer, var endpoint) ->
          attempt(HelperChange.ENDPOINT, () -> claimed.moveEndpoint(peer, endpoint));
      case HelperRequest.RouteMtu(var peer, var mtu) -> {
        if (mtu < TunnelMtu.LEAST || mtu > TunnelMtu.MOST) {
          throw new Refused(HelperRefusal.NETWORK, "an MTU of " + mtu);
        }
        attempt(HelperChange.MTU, () -> claimed.routeMtu(peer, mtu));
      }
      case HelperRequest.Greet(var peer) -> attempt(HelperChange.GREET, () -> claimed.greet(peer));
      case HelperRequest.Pin(var peer, var source) -> {
        boolean isPeer = peers.containsKey(peer); // it may have gone meanwhile
        attempt(HelperChange.PIN, () -> claimed.pin(peer, isPeer ? source : null));
      }
      case HelperRequest.Read() -> read(claimed);
      case HelperRequest.Send(var to, var payload) -> send(to, payload);
      case HelperRequest.RoutesChanged() -> {
        if (port != null) {
          port.routesChanged();
        }
      }
      case HelperRequest.Remove() -> remove(claimed);
    }
  }

  private void claim(HelperRequest.Claim claim) throws IOException, Refused {
    if (tunnel != null || claim.version() != HelperRequest.VERSION) {
      throw new Refused(HelperRefusal.MALFORMED, "the helper is of another release; start it anew");
    }
    String name = claim.interfaceName();
    if (!helper.serves(name)) {
      throw new Refused(
          HelperRefusal.FOREIGN_INTERFACE,
          "the helper does not serve interface " + name + "; start it with --interface " + name);
    }
    if (!helper.take(name)) {
      throw new Refused(HelperRefusal.BUSY, "another agent has interface " + name);
    }
    interfaceName = name;
    tunnel = helper.hands().tunnel(helper.options(name), claim.key());
    helper.counters().agentCame();
    AgentLog.info(
        Helper.class,
        "helper_agent_came",
        "an agent has come to the helper",
        "interface",
        name,
        "user",
        user);
    answer(new HelperAnswer.Done());
  }

  private void open(Tunnel claimed, int wanted) throws IOException {
    try {
      int found = claimed.open(wanted);
      if (wanted == 0) {
        closePort();
      } else if (port == null) {
        PortSharer opened = helper.hands().share(found);
        opened.start(this::received);
        port = opened;
      } else if (port.port() != found) {
        port.changePort(found);
      }
      helper.counters().changed(HelperChange.OPEN, interfaceName, user, peers.size());
      answer(new HelperAnswer.Opened(found, claimed.wireGuard()));
    } catch (IOException e) {
      answer(new HelperAnswer.Failed(String.valueOf(e.getMessage())));
    }
  }

  private void closePort() {
    if (port != null) {
      port.close();
      port = null;
    }
  }

  private void peersTold(HelperRequest.Peers told) throws IOException, Refused {
    for (PublicKey gone : told.gone()) {
      peers.remove(gone);
    }
    for (HelperRequest.Peer peer : told.changed()) {
      Tunnel.Peer changed = new Tunnel.Peer(peer.key(), peer.loopbackPort(), peer.addresses());
      Tunnel.Peer before = peers.put(peer.key(), changed);
      if (tunnel != null && before != null) {
        tunnel.forgetPeer(peer.key()); // it is told anew
      }
    }
    if (peers.size() > LoopbackPorts.MAX_PEERS) {
      throw new Refused(HelperRefusal.NETWORK, "too many peers");
    }
    answer(new HelperAnswer.Done());
  }

  private void networkTold(HelperRequest.Network told) throws IOException, Refused {
    String refusal = NetworkRules.refusal(told);
    if (refusal != null) {
      throw new Refused(HelperRefusal.NETWORK, refusal);
    }
    network = told;
    answer(new HelperAnswer.Done());
  }

  private void apply(Tunnel claimed) throws IOException, Refused {
    for (Tunnel.Peer peer : peers.values()) {
      String refusal =
          NetworkRules.refusal(peer.loopbackPort(), peer.addresses(), network.ranges());
      if (refusal != null) {
        throw new Refused(HelperRefusal.NETWORK, refusal);
      }
    }
    attempt(
        HelperChange.APPLY,
        () ->
            claimed.apply(
                new Tunnel.Wanted(
                    List.copyOf(peers.values()),
                    network.addresses(),
                    network.ranges(),
                    network.up())));
  }

  private void read(Tunnel claimed) throws IOException {
    List<WireGuardReading> all;
    try {
      all = claimed.read();
    } catch (IOException e) {
      answer(new HelperAnswer.Failed(String.valueOf(e.getMessage())));
      return;
    }
    int at = 0;
    do {
      int end = Math.min(all.size(), at + HelperAnswer.MAX_READINGS);
      List<HelperAnswer.Reading> told = new ArrayList<>(end - at);
      for (WireGuardReading reading : all.subList(at, end)) {
        told.add(
            new HelperAnswer.Reading(
                reading.peer(),
                reading.endpoint(),
                reading.receivedBytes(),
                reading.sentBytes(),
                reading.droppedPackets()));
      }
      at = end;
      answer(
          new HelperAnswer.Readings(
              at < all.size(), port == null ? 0 : port.unsent(), refusedSends, told));
    } while (at < all.size());
  }

  private void send(Endpoint to, byte[] payload) {
    SendRules.Verdict verdict = rules.judge(payload, helper.clock().nanos());
    if (!verdict.isSent()) {
      refusedSends++;
      helper.counters().refused(HelperRefusal.of(verdict), user);
      return;
    }
    PortSharer sharing = port;
    if (sharing == null) {
      return;
    }
    if (verdict == SendRules.Verdict.PROBE) {
      sharing.sendProbe(to, payload);
    } else {
      sharing.send(to, payload, 0, payload.length);
    }
    helper.counters().sent(verdict);
  }

  /// On the port's thread.
  private void received(Endpoint source, byte[] payload) {
    try {
      answer(new HelperAnswer.Received(source, payload));
      helper.counters().delivered();
    } catch (IOException e) {
      // The agent has gone; the session's thread sees it, too.
    }
  }

  private void remove(Tunnel claimed) throws IOException {
    closePort();
    claimed.close();
    peers.clear();
    helper.counters().changed(HelperChange.REMOVE, interfaceName, user, 0);
    answer(new HelperAnswer.Done());
  }
}
