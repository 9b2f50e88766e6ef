package dev.adit.core.stun;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// From where else a STUN server can answer (RFC 5780 §7.4): its second address and port.
/// Immutable.
///
/// ```
///   A1:P1   where requests come      A1:P2
///   A2:P1                            A2:P2   what OTHER-ADDRESS says
/// ```
///
/// The server must have a socket at each of the four; who asks at another port, such as 40000, is
/// offered nothing.
///
/// @param mainPort P1
/// @param mains A1, in the order of preference: what a request that came to A2 is answered from
///   when it asks for the other address
/// @param others A2:P2, at most one per family; an unspecified address stands for "no second
///   address, but a second port"
public record AlternateEndpoints(int mainPort, List<IpAddress> mains, List<Endpoint> others) {
  /// Nothing is offered.
  public static final AlternateEndpoints NONE = new AlternateEndpoints(0, List.of(), List.of());

  public AlternateEndpoints {
    mains = List.copyOf(mains);
    others = List.copyOf(others);
  }

  /// The other address and the other port, seen from where a request arrived; null if there are not
  /// both.
  @Nullable Endpoint otherOf(Endpoint to) {
    return changed(to, true, true);
  }

  /// Whether anything of RFC 5780 is offered to who asks here.
  boolean offeredAt(Endpoint to) {
    return changed(to, false, true) != null;
  }

  /// From where a request that came to `to` is answered; null if that is not offered.
  @Nullable Endpoint changed(Endpoint to, boolean address, boolean port) {
    for (Endpoint other : others) {
      boolean family = other.address().isV4() == to.address().isV4();
      if (family && (to.port() == mainPort || to.port() == other.port())) {
        int changedPort = to.port() == mainPort ? other.port() : mainPort;
        IpAddress from = address ? second(to.address(), other.address()) : to.address();
        return from == null ? null : new Endpoint(from, port ? changedPort : to.port());
      }
    }
    return null;
  }

  private @Nullable IpAddress second(IpAddress to, IpAddress other) {
    if (other.isUnspecified()) {
      return null;
    }
    if (!to.equals(other)) {
      return other;
    }
    for (IpAddress main : mains) {
      if (main.isV4() == to.isV4() && !main.equals(other)) {
        return main;
      }
    }
    return null;
  }
}
