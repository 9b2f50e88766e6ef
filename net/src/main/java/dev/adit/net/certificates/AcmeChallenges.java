package dev.adit.net.certificates;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The proofs that orders under way have put out for the authority to see; each is gone when its
/// order ends. Thread-safe.
public final class AcmeChallenges implements HttpHandler {
  /// Where the authority looks on port 80; a token follows (RFC 8555 §8.3).
  public static final String PATH = "/.well-known/acme-challenge/";

  private final Map<String, String> files = new ConcurrentHashMap<>();
  private final Map<String, TlsIdentity> certificates = new ConcurrentHashMap<>();

  /// A proof that is out until it is closed.
  interface Proof extends AutoCloseable {
    @Override
    void close();
  }

  Proof file(String token, String content) {
    files.put(token, content);
    return () -> files.remove(token);
  }

  /// @param name the identifier, a DNS name or an address
  Proof certificate(String name, TlsIdentity identity) {
    String asked = serverName(name);
    certificates.put(asked, identity);
    return () -> certificates.remove(asked);
  }

  /// What is asked for by this name in a handshake of `acme-tls/1`; null if nothing waits for it.
  public @Nullable TlsIdentity certificate(String serverName) {
    return certificates.get(serverName);
  }

  /// Answers below [#PATH]; 404 for everything that no order waits for.
  @Override
  public HttpResponse handle(HttpRequest request) {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return HttpResponse.empty(405);
    }
    String content =
        request.path().startsWith(PATH) ? files.get(request.path().substring(PATH.length())) : null;
    return content == null
        ? HttpResponse.text(404, "no such challenge")
        : new HttpResponse(
            200,
            Map.of("Content-Type", "application/octet-stream"),
            content.getBytes(StandardCharsets.US_ASCII));
  }

  /// The name asked for in TLS: addresses have none there, and go by that of their reverse look-up
  /// (RFC 8738 §6).
  static String serverName(String identifier) {
    byte[] address;
    try {
      address = IpAddress.parse(identifier).bytes();
    } catch (MalformedException e) {
      return identifier;
    }
    var name = new StringBuilder();
    if (address.length == 4) {
      for (int i = 3; i >= 0; i--) {
        name.append(address[i] & 0xff).append('.');
      }
      return name + "in-addr.arpa";
    }
    String digits = new StringBuilder(HexFormat.of().formatHex(address)).reverse().toString();
    for (int i = 0; i < digits.length(); i++) {
      name.append(digits.charAt(i)).append('.');
    }
    return name + "ip6.arpa";
  }
}
