package dev.adit.core.helper;

import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which addresses and routes a helper gives an interface: private ones, so that no agent leads
/// away what the machine sends elsewhere. Pure.
public final class NetworkRules {
  private static final List<Prefix> ALLOWED =
      List.of(
          Prefix.literal("10.0.0.0/8"),
          Prefix.literal("172.16.0.0/12"),
          Prefix.literal("192.168.0.0/16"),
          Prefix.literal("100.64.0.0/10"),
          Prefix.literal("fc00::/7"));

  private NetworkRules() {}

  /// @return what is wrong with it, or null
  public static @Nullable String refusal(HelperRequest.Network network) {
    for (Prefix range : network.ranges()) {
      boolean allowed = false;
      for (Prefix prefix : ALLOWED) {
        allowed |= range.length() >= prefix.length() && prefix.contains(range.address());
      }
      if (!allowed) {
        return "a range that is not private";
      }
    }
    return allIn(network.addresses(), network.ranges()) ? null : "an address outside its ranges";
  }

  /// Of one peer.
  ///
  /// @return what is wrong with it, or null
  public static @Nullable String refusal(
      int loopbackPort, List<IpAddress> addresses, List<Prefix> ranges) {
    if (loopbackPort == 0) {
      return "a peer without a loopback port";
    }
    return allIn(addresses, ranges) ? null : "a peer's address outside the ranges";
  }

  private static boolean allIn(List<IpAddress> addresses, List<Prefix> ranges) {
    for (IpAddress address : addresses) {
      boolean in = false;
      for (Prefix range : ranges) {
        in |= range.contains(address);
      }
      if (!in) {
        return false;
      }
    }
    return true;
  }
}
