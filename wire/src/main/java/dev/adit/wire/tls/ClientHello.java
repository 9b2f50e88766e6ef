package dev.adit.wire.tls;

import dev.adit.wire.BigEndian;
import dev.adit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a client asks for in the first message of TLS (RFC 8446 §4.1.2), as far as a certificate is
/// chosen by it.
///
///     version:u16 random:32 session<1> ciphers<2> compression<1> extensions<2>
///     extension = type:u16 data<2>; `x<n>` is a length of n bytes and as many bytes
///
/// @param serverName the DNS name (RFC 6066 §3) in lower case without a dot at its end; null if the
///   client sent none
/// @param protocols what it would speak within (ALPN, RFC 7301), in its order; empty if it did not
///   say
public record ClientHello(@Nullable String serverName, List<String> protocols) {
  /// A client that asks for nothing.
  public static final ClientHello PLAIN = new ClientHello(null, List.of());

  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int HOST_NAME = 0;

  public ClientHello {
    protocols = List.copyOf(protocols);
  }

  /// @param body the handshake message behind its type and length
  /// @throws MalformedException if a length points out of its container
  public static ClientHello parse(byte[] body) throws MalformedException {
    var reader = new Reader(body, 0, body.length);
    reader.skip(2 + 32);
    reader.skip(reader.u8()); // session
    reader.skip(reader.u16()); // ciphers
    reader.skip(reader.u8()); // compression
    if (reader.isAtEnd()) {
      return PLAIN;
    }
    String name = null;
    List<String> protocols = List.of();
    Reader extensions = reader.part(reader.u16());
    while (!extensions.isAtEnd()) {
      int type = extensions.u16();
      Reader data = extensions.part(extensions.u16());
      switch (type) {
        case SERVER_NAME -> name = hostName(data);
        case ALPN -> protocols = protocols(data);
        default -> {} // not about certificates
      }
    }
    return new ClientHello(name, protocols);
  }

  private static @Nullable String hostName(Reader data) throws MalformedException {
    Reader names = data.part(data.u16());
    while (!names.isAtEnd()) {
      int type = names.u8();
      String name = names.text(names.u16());
      if (type == HOST_NAME) {
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return plain.isEmpty() ? null : plain.toLowerCase(Locale.ROOT);
      }
    }
    return null;
  }

  private static List<String> protocols(Reader data) throws MalformedException {
    var protocols = new ArrayList<String>();
    Reader list = data.part(data.u16());
    while (!list.isAtEnd()) {
      protocols.add(list.text(list.u8()));
    }
    return protocols;
  }

  /// A window on the bytes, read from its beginning.
  private static final class Reader {
    private final byte[] bytes;
    private final int end;
    private int at;

    Reader(byte[] bytes, int at, int end) {
      this.bytes = bytes;
      this.at = at;
      this.end = end;
    }

    boolean isAtEnd() {
      return at == end;
    }

    int u8() throws MalformedException {
      skip(1);
      return bytes[at - 1] & 0xff;
    }

    int u16() throws MalformedException {
      skip(2);
      return BigEndian.u16(bytes, at - 2);
    }

    Reader part(int length) throws MalformedException {
      skip(length);
      return new Reader(bytes, at - length, at);
    }

    String text(int length) throws MalformedException {
      skip(length);
      return new String(bytes, at - length, length, StandardCharsets.ISO_8859_1);
    }

    void skip(int length) throws MalformedException {
      if (length > end - at) {
        throw new MalformedException(
            "TLS ClientHello: " + length + " bytes announced, " + (end - at) + " left");
      }
      at += length;
    }
  }
}
