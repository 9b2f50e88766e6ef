package dev.adit.relay;

import dev.adit.wire.MalformedException;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Another relay of the region, as an operator writes it (derp §15, `-mesh-with`):
///
///     HOST[:PORT]                    dial https://HOST/derp
///     HOST[:PORT]/DIALHOST           the same, but TCP goes to DIALHOST
///     …=sha256-raw:HEX               known by the fingerprint of its certificate, not by its name
///     http://HOST[:PORT]             without TLS: for tests, and behind proxies that end it
///
/// A relay may stand in its own list: it finds out.
///
/// @param url where it serves DERP
/// @param dialHost where TCP goes; null for the URL's host
/// @param certName what its certificate is checked against; empty for the URL's host
public record MeshPeer(URI url, @Nullable String dialHost, String certName) {
  private static final int LONGEST = 512;
  private static final String PLAIN = "http://";

  /// @throws MalformedException with a sentence for the operator
  public static MeshPeer parse(String text) throws MalformedException {
    if (text.length() > LONGEST) {
      throw new MalformedException("mesh peer: longer than " + LONGEST + " characters");
    }
    int equals = text.indexOf('=');
    String certName = equals < 0 ? "" : text.substring(equals + 1);
    String where = equals < 0 ? text : text.substring(0, equals);
    boolean plain = where.startsWith(PLAIN);
    String rest = plain ? where.substring(PLAIN.length()) : where;
    int slash = rest.indexOf('/');
    String dialHost = slash < 0 ? null : rest.substring(slash + 1);
    String host = slash < 0 ? rest : rest.substring(0, slash);
    if (equals >= 0 && !certName.matches("sha256-raw:[0-9a-fA-F]{64}")) {
      throw new MalformedException(
          "mesh peer " + where + ": expected sha256-raw: and 64 hex digits after =");
    }
    if (dialHost != null && (dialHost.isEmpty() || dialHost.indexOf('/') >= 0)) {
      throw new MalformedException(
          "mesh peer " + where + ": expected HOST[:PORT] or HOST[:PORT]/DIALHOST");
    }
    try {
      URI url = URI.create((plain ? PLAIN : "https://") + host + "/derp");
      if (url.getHost() == null || url.getUserInfo() != null) {
        throw new MalformedException("mesh peer " + where + ": expected HOST[:PORT]");
      }
      return new MeshPeer(url, dialHost, certName);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("mesh peer " + where + ": expected HOST[:PORT]");
    }
  }

  /// A list, separated by commas or lines; `#` begins a comment.
  public static Set<MeshPeer> parseList(String text) throws MalformedException {
    Set<MeshPeer> peers = new LinkedHashSet<>();
    for (String line : text.lines().toList()) {
      int comment = line.indexOf('#');
      String entries = comment < 0 ? line : line.substring(0, comment);
      for (String entry : entries.split(",")) {
        if (!entry.isBlank()) {
          peers.add(parse(entry.strip()));
        }
      }
    }
    return peers;
  }

  /// For logs and people.
  @Override
  public String toString() {
    return url.getAuthority() + (dialHost == null ? "" : "/" + dialHost);
  }
}
