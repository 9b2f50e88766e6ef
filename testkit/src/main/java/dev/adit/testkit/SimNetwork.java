package dev.adit.testkit;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// UDP between simulated hosts: delay, reordering, loss, one-way blocks, NATs; decided by a seed.
///
/// ```
///   host ── NAT ──┐            ┌── NAT ── host
///   host ─────────┴─ links ────┴───────── host
/// ```
///
/// A host has one endpoint. Behind a NAT it is reached by its own endpoint only from hosts behind
/// the same NAT. Links are per ordered pair of hosts and exist from the first use.
public final class SimNetwork {
  /// Where a datagram ends.
  public interface Receiver {
    /// @param from as the host sees it, that is outside of the sender's NAT
    void received(Endpoint from, byte[] datagram);
  }

  /// One machine with one UDP socket.
  public final class Host {
    private final Endpoint endpoint;
    private final @Nullable SimNat nat;
    private Receiver receiver = (from, datagram) -> {};

    private Host(Endpoint endpoint, @Nullable SimNat nat) {
      this.endpoint = endpoint;
      this.nat = nat;
    }

    public Endpoint endpoint() {
      return endpoint;
    }

    public void onReceive(Receiver newReceiver) {
      receiver = newReceiver;
    }

    public void send(Endpoint to, byte[] datagram) {
      deliver(this, to, datagram);
    }
  }

  private record Pair(Host from, Host to) {}

  private final EventQueue events;
  private final RandomGenerator random;
  private final long defaultDelay;
  private final Map<Endpoint, Host> hosts = new HashMap<>();
  private final Map<IpAddress, SimNat> nats = new HashMap<>();
  private final Map<Pair, SimLink> links = new HashMap<>();

  public SimNetwork(EventQueue events, RandomGenerator random, long defaultDelay) {
    this.events = events;
    this.random = random;
    this.defaultDelay = defaultDelay;
  }

  public Host host(Endpoint endpoint) {
    return host(endpoint, null);
  }

  public Host host(Endpoint endpoint, @Nullable SimNat nat) {
    Host host = new Host(endpoint, nat);
    hosts.put(endpoint, host);
    if (nat != null) {
      nats.put(nat.address(), nat);
    }
    return host;
  }

  public SimLink link(Host from, Host to) {
    return links.computeIfAbsent(new Pair(from, to), pair -> new SimLink(defaultDelay));
  }

  private void deliver(Host sender, Endpoint to, byte[] datagram) {
    Host direct = hosts.get(to);
    if (direct != null && (direct.nat == null || direct.nat == sender.nat)) {
      boolean sameNat = direct.nat == sender.nat;
      carry(sender, direct, sameNat ? sender.endpoint : outside(sender, to), datagram);
      return;
    }
    Endpoint from = outside(sender, to);
    SimNat nat = nats.get(to.address());
    Endpoint inner = nat == null ? null : nat.inward(from, to.port());
    Host host = inner == null ? null : hosts.get(inner);
    if (host != null) {
      carry(sender, host, from, datagram);
    }
  }

  private static Endpoint outside(Host sender, Endpoint to) {
    return sender.nat == null ? sender.endpoint : sender.nat.outward(sender.endpoint, to);
  }

  private void carry(Host sender, Host receiver, Endpoint from, byte[] datagram) {
    long time = link(sender, receiver).travelTime(datagram.length, random);
    if (time >= 0) {
      events.after(time, () -> receiver.receiver.received(from, datagram));
    }
  }
}
