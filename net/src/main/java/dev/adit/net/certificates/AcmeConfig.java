package dev.adit.net.certificates;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The authority that issues certificates, and who we are to it.
///
/// @param directory of the ACME server (RFC 8555 §7.1.1)
/// @param contact e-mail address, or null for none
/// @param keyId of an external account binding (RFC 8555 §7.3.4), or null for none
/// @param macKey the secret for it, base64url; given exactly if `keyId` is
/// @param trusted PEM file of the roots that vouch for the directory's own TLS, or null for the
///   Java runtime's
/// @param challenges how names are proven, in the order in which they are tried
/// @param folder where account and certificates are kept
public record AcmeConfig(
    URI directory,
    @Nullable String contact,
    @Nullable String keyId,
    @Nullable String macKey,
    @Nullable Path trusted,
    List<ChallengeKind> challenges,
    Path folder) {
  public static final URI LETS_ENCRYPT =
      URI.create("https://acme-v02.api.letsencrypt.org/directory");

  /// How a server proves that it has a name.
  public enum ChallengeKind {
    /// By a file over plain HTTP on port 80 (RFC 8555 §8.3).
    HTTP_01,
    /// By a certificate on port 443 (RFC 8737).
    TLS_ALPN_01
  }

  public AcmeConfig {
    challenges = List.copyOf(challenges);
    if (!"https".equals(directory.getScheme()) || directory.getHost() == null) {
      throw new IllegalArgumentException("ACME directory: expected an https URL");
    }
    if ((keyId == null) != (macKey == null)) {
      throw new IllegalArgumentException("key id and key of the ACME account belong together");
    }
    if (challenges.isEmpty()) {
      throw new IllegalArgumentException("ACME: no way to prove a name");
    }
  }

  @Override
  public String toString() {
    return "AcmeConfig[" + directory + "]";
  }
}
