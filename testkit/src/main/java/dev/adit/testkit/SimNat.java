package dev.adit.testkit;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A NAT in front of hosts of a [SimNetwork]: filters by address and port; gives each inner
/// endpoint one outer port (port-restricted), or one per destination (symmetric).
public final class SimNat {
  /// How outer ports are given.
  public enum Mapping {
    PORT_RESTRICTED,
    SYMMETRIC
  }

  private record Key(Endpoint inner, @Nullable Endpoint destination) {}

  private static final class Outside {
    final Endpoint inner;
    final Set<Endpoint> writtenTo = new HashSet<>();

    Outside(Endpoint inner) {
      this.inner = inner;
    }
  }

  private final IpAddress address;
  private final Mapping mapping;
  private final Map<Key, Integer> ports = new HashMap<>();
  private final Map<Integer, Outside> outsides = new HashMap<>();
  private int nextPort = 50_000;

  public SimNat(IpAddress address, Mapping mapping) {
    this.address = address;
    this.mapping = mapping;
  }

  public IpAddress address() {
    return address;
  }

  /// Forgets all mappings: the next packet of each host comes from another port.
  public void rebind() {
    ports.clear();
    outsides.clear();
  }

  Endpoint outward(Endpoint inner, Endpoint destination) {
    Key key = new Key(inner, mapping == Mapping.SYMMETRIC ? destination : null);
    int port =
        ports.computeIfAbsent(
            key,
            k -> {
              outsides.put(nextPort, new Outside(inner));
              return nextPort++;
            });
    Outside outside = outsides.get(port);
    if (outside != null) {
      outside.writtenTo.add(destination);
    }
    return new Endpoint(address, port);
  }

  /// @return the inner endpoint, or null if the filter refuses the packet
  @Nullable Endpoint inward(Endpoint from, int outerPort) {
    Outside outside = outsides.get(outerPort);
    return outside != null && outside.writtenTo.contains(from) ? outside.inner : null;
  }
}
