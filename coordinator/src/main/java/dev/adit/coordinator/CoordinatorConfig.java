package dev.adit.coordinator;

import dev.adit.wire.Prefix;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.Sha256;
import java.nio.file.Path;
import java.util.List;

/// How a coordinator is set up.
///
/// @param state folder of database, keys and tokens; made with mode 0700
/// @param urls 1 to 16 places where agents reach it; the first one goes into keys
/// @param tlsPins at most 8 pins of its TLS certificate, for the command line (control R-ADM-4)
/// @param relays the relays nodes are told of; may change later by [Coordinator#relays]
/// @param inUse prefixes of this machine's routes and addresses, which a new network avoids
/// @param build name and version of this program, for agents' logs
public record CoordinatorConfig(
    Path state,
    List<HttpsUrl> urls,
    List<Sha256> tlsPins,
    List<RelayDescription> relays,
    List<Prefix> inUse,
    String build) {
  public CoordinatorConfig {
    urls = List.copyOf(urls);
    tlsPins = List.copyOf(tlsPins);
    relays = List.copyOf(relays);
    inUse = List.copyOf(inUse);
    if (urls.isEmpty() || urls.size() > 16) {
      throw new IllegalArgumentException(urls.size() + " URLs, allowed 1 to 16");
    }
    if (tlsPins.size() > 8) {
      throw new IllegalArgumentException(tlsPins.size() + " TLS pins, allowed 8");
    }
  }

  /// With nothing but what every coordinator needs.
  public static CoordinatorConfig of(Path state, HttpsUrl url) {
    return new CoordinatorConfig(state, List.of(url), List.of(), List.of(), List.of(), "adit");
  }
}
