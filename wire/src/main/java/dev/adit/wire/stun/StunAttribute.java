package dev.adit.wire.stun;

import dev.adit.wire.Endpoint;
import java.util.List;

/// One attribute of a STUN message; on the wire `type:u16 length:u16 value`, padded to four bytes.
///
/// FINGERPRINT is not one of them: [StunMessage] adds and checks it.
public sealed interface StunAttribute {
  /// Where the request came from. Only for classic servers: some NATs rewrite it.
  record MappedAddress(Endpoint endpoint) implements StunAttribute {}

  /// Where the request came from, disguised from NATs that rewrite addresses they recognise.
  record XorMappedAddress(Endpoint endpoint) implements StunAttribute {}

  /// RFC 5780: from where this answer was sent.
  record ResponseOrigin(Endpoint endpoint) implements StunAttribute {}

  /// RFC 5780: the server's other address and port.
  record OtherAddress(Endpoint endpoint) implements StunAttribute {}

  /// Another server to try, with error 300.
  record AlternateServer(Endpoint endpoint) implements StunAttribute {}

  /// RFC 5780: please answer from the other IP address, the other port, or both.
  record ChangeRequest(boolean otherAddress, boolean otherPort) implements StunAttribute {}

  /// RFC 5780: please answer to this port.
  record ResponsePort(int port) implements StunAttribute {}

  /// RFC 5780: as many bytes of no meaning.
  record Padding(int length) implements StunAttribute {}

  /// Who sent it; on the wire fewer than 128 characters.
  record Software(String name) implements StunAttribute {}

  /// @param code 300 to 699
  record ErrorCode(int code, String reason) implements StunAttribute {}

  /// Types of the request's attributes that the server must, but does not understand.
  record UnknownAttributes(List<Integer> types) implements StunAttribute {
    public UnknownAttributes {
      types = List.copyOf(types);
    }
  }

  /// HMAC-SHA1 of what stands before it; see [StunMessage#integrityHolds].
  record MessageIntegrity(byte[] hmac) implements StunAttribute {}

  /// A type this version does not know, or does not need to.
  record Unknown(int type, byte[] value) implements StunAttribute {
    /// True if a receiver that does not understand it must not accept the message.
    public boolean mustBeUnderstood() {
      return type < 0x8000;
    }
  }
}
