package dev.adit.net.frontdoor;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose word is taken for where a client is. Nobody's unless an operator names them: else anybody
/// could claim any address, and escape every limit (derp §17.31). Immutable.
///
/// @param introducing connections from here begin with a PROXY header, or are ended
/// @param forwarding of requests from here `X-Forwarded-For` counts
public record Proxies(List<Prefix> introducing, List<Prefix> forwarding) {
  public static final Proxies NONE = new Proxies(List.of(), List.of());

  public Proxies {
    introducing = List.copyOf(introducing);
    forwarding = List.copyOf(forwarding);
  }

  boolean introduces(IpAddress address) {
    return contains(introducing, address);
  }

  boolean forwards(IpAddress address) {
    return contains(forwarding, address);
  }

  private static boolean contains(List<Prefix> prefixes, IpAddress address) {
    for (var prefix : prefixes) {
      if (prefix.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /// The client's address in `X-Forwarded-For`: each proxy adds at the end whom it heard, so it is
  /// the last that is no proxy of ours. What stands before it anybody may have written.
  ///
  /// @param values the header's, in their order
  /// @return null if there is none, or the last is not an address
  @Nullable IpAddress client(List<String> values) {
    String[] addresses = String.join(",", values).split(",", -1);
    IpAddress client = null;
    for (int i = addresses.length - 1; i >= 0; i--) {
      var address = address(addresses[i].strip());
      if (address == null) {
        break;
      }
      client = address;
      if (!forwards(address)) {
        break;
      }
    }
    return client;
  }

  private static @Nullable IpAddress address(String text) {
    try {
      return IpAddress.parse(text);
    } catch (MalformedException e) {
      // Some write the port too.
    }
    try {
      return Endpoint.parse(text).address();
    } catch (MalformedException e) {
      return null;
    }
  }
}
