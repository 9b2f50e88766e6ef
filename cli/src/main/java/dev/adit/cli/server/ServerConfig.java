package dev.adit.cli.server;

import dev.adit.relay.StunPorts;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What every server is told: `adit serve` and `adit relay`. Defaults and sentences for users stand
/// at the options, in [ServerOptions].
///
/// @param listen TCP addresses and ports; default `[::]:443`, which takes IPv4 too
/// @param stun UDP addresses and ports; default `[::]:3478`; port 3478 brings 40000 and 443 with it
///   where they are free
/// @param stunOther second UDP address and port for STUN, at most one per family; default none
/// @param addresses under which others reach this machine; default every global address
/// @param metrics TCP address and port for `GET /metrics`; default null, none
/// @param stateDir keys, certificate, database; default `/var/lib/adit`
/// @param certificate PEM file, or null for a self-signed one in the state folder
/// @param certificateKey PEM file (PKCS#8); given exactly if `certificate` is
/// @param name the relay's name, at most 63 characters; default the host's name
/// @param region where the relay is, for people; default `default`
/// @param regionId DERP's number of the region, from 1; default 900
record ServerConfig(
    List<Endpoint> listen,
    List<Endpoint> stun,
    List<Endpoint> stunOther,
    List<IpAddress> addresses,
    @Nullable Endpoint metrics,
    Path stateDir,
    @Nullable Path certificate,
    @Nullable Path certificateKey,
    String name,
    String region,
    int regionId) {
  ServerConfig {
    listen = List.copyOf(listen);
    stun = List.copyOf(stun);
    stunOther = List.copyOf(stunOther);
    StunPorts.check(stun, stunOther);
    addresses = List.copyOf(addresses);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on");
    }
    if ((certificate == null) != (certificateKey == null)) {
      throw new IllegalArgumentException("--cert and --cert-key belong together");
    }
  }

  /// The TCP port of the first listener.
  int tcpPort() {
    return listen.get(0).port();
  }
}
