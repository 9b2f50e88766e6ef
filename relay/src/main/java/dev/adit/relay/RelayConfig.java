package dev.adit.relay;

import dev.adit.core.derp.DerpServerOptions;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.Sha256;
import java.nio.file.Path;
import java.util.List;

/// How one relay runs, and what it says about itself. Its TCP port belongs to the front door, which
/// a relay may share with a coordinator.
///
/// @param stateFolder holds its key, `derp.key`, unless it is given one; made if missing
/// @param name up to 63 characters; default the host's name
/// @param region where it is, for people; default `default`
/// @param regionId DERP's number of the region, from 1; default 900, the first for private use
/// @param hosts DNS names that lead to it, at most 8; default none
/// @param addresses under which others reach it, at most 8
/// @param tcp the port under which others reach DERP; default 443
/// @param certPins SHA-256 of the public keys of its TLS certificates, at most 8; empty lets
///   clients take any certificate
/// @param stun where it answers STUN, `0.0.0.0` and `::` for every address; empty for not at all;
///   default port 3478, which brings ports 40000 and 443 with it where these are free
/// @param stunOther the second address and port of RFC 5780, at most one per family; `0.0.0.0` and
///   `::` for a second port only; default none
/// @param derp how it treats DERP's clients, and the mesh key of its region
public record RelayConfig(
    Path stateFolder,
    String name,
    String region,
    int regionId,
    List<String> hosts,
    List<IpAddress> addresses,
    int tcp,
    List<Sha256> certPins,
    List<Endpoint> stun,
    List<Endpoint> stunOther,
    DerpServerOptions derp) {
  public static final String DEFAULT_REGION = "default";
  public static final int DEFAULT_REGION_ID = 900;
  public static final int DEFAULT_TCP = 443;
  public static final int DEFAULT_STUN = 3478;

  private static final int MAX_TEXT = 63;
  private static final int MAX_LIST = 8;

  public RelayConfig {
    hosts = List.copyOf(hosts);
    addresses = List.copyOf(addresses);
    certPins = List.copyOf(certPins);
    stun = List.copyOf(stun);
    stunOther = List.copyOf(stunOther);
    StunPorts.check(stun, stunOther);
    if (name.isEmpty() || name.length() > MAX_TEXT || region.length() > MAX_TEXT) {
      throw new IllegalArgumentException("relay: name and region need 1 to 63 characters");
    }
    if (regionId < 1) {
      throw new IllegalArgumentException("relay: region id " + regionId + ", allowed 1 and more");
    }
    if (tcp < 1 || tcp > 0xffff) {
      throw new IllegalArgumentException("relay: TCP port " + tcp + ", allowed 1 to 65535");
    }
    if (hosts.size() > MAX_LIST || addresses.size() > MAX_LIST || certPins.size() > MAX_LIST) {
      throw new IllegalArgumentException("relay: at most 8 hosts, addresses and pins each");
    }
  }

  /// The same relay without STUN.
  public RelayConfig withoutStun() {
    return new RelayConfig(
        stateFolder,
        name,
        region,
        regionId,
        hosts,
        addresses,
        tcp,
        certPins,
        List.of(),
        List.of(),
        derp);
  }

  /// With DERP's defaults, in a region of its own.
  public RelayConfig(
      Path stateFolder,
      String name,
      String region,
      int regionId,
      List<String> hosts,
      List<IpAddress> addresses,
      int tcp,
      List<Sha256> certPins,
      List<Endpoint> stun,
      List<Endpoint> stunOther) {
    this(
        stateFolder,
        name,
        region,
        regionId,
        hosts,
        addresses,
        tcp,
        certPins,
        stun,
        stunOther,
        DerpServerOptions.DEFAULT);
  }

  public RelayConfig withDerp(DerpServerOptions derp) {
    return new RelayConfig(
        stateFolder,
        name,
        region,
        regionId,
        hosts,
        addresses,
        tcp,
        certPins,
        stun,
        stunOther,
        derp);
  }

  /// With the defaults; STUN on every address.
  public static RelayConfig of(Path stateFolder, String name, List<IpAddress> addresses) {
    return new RelayConfig(
        stateFolder,
        name,
        DEFAULT_REGION,
        DEFAULT_REGION_ID,
        List.of(),
        addresses,
        DEFAULT_TCP,
        List.of(),
        List.of(Endpoint.literal("[::]:" + DEFAULT_STUN)),
        List.of());
  }
}
