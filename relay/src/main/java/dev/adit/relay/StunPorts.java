package dev.adit.relay;

import dev.adit.core.stun.AlternateEndpoints;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which UDP ports a relay has for STUN: those asked for, the second address and port of RFC 5780,
/// and those that it only takes where they are free.
public final class StunPorts {
  /// Where STUN is answered too, for networks that let pass little else (nat-traversal R-STUN-10).
  private static final List<Integer> MORE = List.of(40_000, 443);

  private StunPorts() {}

  /// @throws IllegalArgumentException saying in the words of the options what does not fit together
  public static void check(List<Endpoint> stun, List<Endpoint> others) {
    boolean v4 = false;
    boolean v6 = false;
    for (Endpoint other : others) {
      IpAddress address = other.address();
      boolean both = address.isUnspecified() && address.isV6();
      if (v4 && (both || address.isV4()) || v6 && address.isV6()) {
        throw new IllegalArgumentException("--stun-other " + other + ": allowed once per family");
      }
      v4 |= both || address.isV4();
      v6 |= address.isV6();
      if (other.port() == 0 || stun.isEmpty() || other.port() == stun.getFirst().port()) {
        throw new IllegalArgumentException(
            "--stun-other " + other + ": its port must be another than that of --stun");
      }
      for (Endpoint main : stun) {
        if (!address.isUnspecified() && main.address().equals(address)) {
          throw new IllegalArgumentException(
              "--stun-other "
                  + other
                  + ": its address must be another than that of --stun; [::]:"
                  + other.port()
                  + " is a second port alone");
        }
      }
    }
  }

  /// Where it must be able to listen: with a second address, at both ports of both addresses.
  public static List<Endpoint> required(List<Endpoint> stun, List<Endpoint> others) {
    Set<Endpoint> all = new LinkedHashSet<>(stun);
    for (Endpoint other : others) {
      for (Endpoint main : stun) {
        boolean everywhere = main.address().isUnspecified() || other.address().isUnspecified();
        if (main.port() == stun.getFirst().port()
            && (everywhere || main.address().isV4() == other.address().isV4())) {
          all.add(new Endpoint(main.address(), other.port()));
          if (!other.address().isUnspecified()) {
            all.add(other);
            all.add(new Endpoint(other.address(), main.port()));
          }
        }
      }
    }
    return List.copyOf(all);
  }

  /// Ports 40000 and 443 of the addresses that answer on 3478. Whoever chose another port than that
  /// chose all of them.
  static List<Endpoint> whereFree(List<Endpoint> stun) {
    var more = new ArrayList<Endpoint>();
    for (int port : MORE) {
      for (var endpoint : stun) {
        var other = new Endpoint(endpoint.address(), port);
        if (endpoint.port() == RelayConfig.DEFAULT_STUN && !stun.contains(other)) {
          more.add(other);
        }
      }
    }
    return more;
  }

  /// The ports that nodes are told of.
  public static List<Integer> promised(List<Endpoint> stun, List<Endpoint> others) {
    Set<Integer> ports = new LinkedHashSet<>();
    stun.forEach(endpoint -> ports.add(endpoint.port()));
    for (Endpoint other : others) {
      if (other.address().isUnspecified()) {
        ports.add(other.port());
      }
    }
    return List.copyOf(ports);
  }

  /// Ports where it may listen that nodes are not told of.
  static List<Integer> notPromised(RelayConfig config) {
    List<Integer> ports = new ArrayList<>();
    whereFree(config.stun()).forEach(endpoint -> ports.add(endpoint.port()));
    config.stunOther().forEach(endpoint -> ports.add(endpoint.port()));
    ports.removeAll(promised(config.stun(), config.stunOther()));
    return ports;
  }

  /// From where answers can leave, for those who ask for another address or port.
  static AlternateEndpoints alternates(RelayConfig config) {
    if (config.stunOther().isEmpty()) {
      return AlternateEndpoints.NONE;
    }
    List<IpAddress> mains = new ArrayList<>();
    for (Endpoint main : config.stun()) {
      if (!main.address().isUnspecified()) {
        mains.add(main.address());
      }
    }
    mains.addAll(config.addresses());
    List<Endpoint> others = new ArrayList<>(config.stunOther());
    for (Endpoint other : config.stunOther()) {
      if (other.address().isUnspecified() && other.address().isV6()) {
        others.add(Endpoint.literal("0.0.0.0:" + other.port()));
      }
    }
    return new AlternateEndpoints(config.stun().getFirst().port(), mains, others);
  }
}
