package dev.adit.wire.stun;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;

/// The values of attributes, without their header and padding.
final class AttributeCodec {
  static final int MAPPED_ADDRESS = 0x0001;
  static final int CHANGE_REQUEST = 0x0003;
  static final int MESSAGE_INTEGRITY = 0x0008;
  static final int ERROR_CODE = 0x0009;
  static final int UNKNOWN_ATTRIBUTES = 0x000a;
  static final int XOR_MAPPED_ADDRESS = 0x0020;
  static final int PADDING = 0x0026;
  static final int RESPONSE_PORT = 0x0027;
  static final int XOR_MAPPED_ADDRESS_OLD = 0x8020;
  static final int SOFTWARE = 0x8022;
  static final int ALTERNATE_SERVER = 0x8023;
  static final int FINGERPRINT = 0x8028;
  static final int RESPONSE_ORIGIN = 0x802b;
  static final int OTHER_ADDRESS = 0x802c;

  private static final int FAMILY_V4 = 1;
  private static final int FAMILY_V6 = 2;
  private static final byte[] NO_MASK = new byte[16];

  private AttributeCodec() {}

  static int type(StunAttribute attribute) {
    return switch (attribute) {
      case StunAttribute.MappedAddress _ -> MAPPED_ADDRESS;
      case StunAttribute.XorMappedAddress _ -> XOR_MAPPED_ADDRESS;
      case StunAttribute.ResponseOrigin _ -> RESPONSE_ORIGIN;
      case StunAttribute.OtherAddress _ -> OTHER_ADDRESS;
      case StunAttribute.AlternateServer _ -> ALTERNATE_SERVER;
      case StunAttribute.ChangeRequest _ -> CHANGE_REQUEST;
      case StunAttribute.ResponsePort _ -> RESPONSE_PORT;
      case StunAttribute.Padding _ -> PADDING;
      case StunAttribute.Software _ -> SOFTWARE;
      case StunAttribute.ErrorCode _ -> ERROR_CODE;
      case StunAttribute.UnknownAttributes _ -> UNKNOWN_ATTRIBUTES;
      case StunAttribute.MessageIntegrity _ -> MESSAGE_INTEGRITY;
      case StunAttribute.Unknown(var type, _) -> type;
    };
  }

  static byte[] value(StunAttribute attribute, TransactionId id) {
    return switch (attribute) {
      case StunAttribute.MappedAddress(var endpoint) -> address(endpoint, NO_MASK);
      case StunAttribute.XorMappedAddress(var endpoint) -> address(endpoint, mask(id));
      case StunAttribute.ResponseOrigin(var endpoint) -> address(endpoint, NO_MASK);
      case StunAttribute.OtherAddress(var endpoint) -> address(endpoint, NO_MASK);
      case StunAttribute.AlternateServer(var endpoint) -> address(endpoint, NO_MASK);
      case StunAttribute.ChangeRequest(var otherAddress, var otherPort) ->
          new byte[] {0, 0, 0, (byte) ((otherAddress ? 4 : 0) | (otherPort ? 2 : 0))};
      case StunAttribute.ResponsePort(var port) ->
          new byte[] {(byte) (port >> 8), (byte) port, 0, 0};
      case StunAttribute.Padding(var length) -> new byte[length];
      case StunAttribute.Software(var name) -> name.getBytes(UTF_8);
      case StunAttribute.ErrorCode(var code, var reason) -> errorCode(code, reason);
      case StunAttribute.UnknownAttributes(var types) -> {
        byte[] value = new byte[2 * types.size()];
        for (int i = 0; i < types.size(); i++) {
          BigEndian.putU16(value, 2 * i, types.get(i));
        }
        yield value;
      }
      case StunAttribute.MessageIntegrity(var hmac) -> hmac.clone();
      case StunAttribute.Unknown(_, var value) -> value.clone();
    };
  }

  static StunAttribute decode(int type, byte[] b, int at, int length, TransactionId id)
      throws MalformedException {
    return switch (type) {
      case MAPPED_ADDRESS -> new StunAttribute.MappedAddress(endpoint(b, at, length, NO_MASK));
      case XOR_MAPPED_ADDRESS, XOR_MAPPED_ADDRESS_OLD ->
          new StunAttribute.XorMappedAddress(endpoint(b, at, length, mask(id)));
      case RESPONSE_ORIGIN -> new StunAttribute.ResponseOrigin(endpoint(b, at, length, NO_MASK));
      case OTHER_ADDRESS -> new StunAttribute.OtherAddress(endpoint(b, at, length, NO_MASK));
      case ALTERNATE_SERVER -> new StunAttribute.AlternateServer(endpoint(b, at, length, NO_MASK));
      case CHANGE_REQUEST -> {
        need("CHANGE-REQUEST", length, 4);
        yield new StunAttribute.ChangeRequest((b[at + 3] & 4) != 0, (b[at + 3] & 2) != 0);
      }
      case RESPONSE_PORT -> {
        need("RESPONSE-PORT", length, 2);
        yield new StunAttribute.ResponsePort(BigEndian.u16(b, at));
      }
      case PADDING -> new StunAttribute.Padding(length);
      case SOFTWARE -> new StunAttribute.Software(new String(b, at, length, UTF_8));
      case ERROR_CODE -> {
        need("ERROR-CODE", length, 4);
        int code = (b[at + 2] & 7) * 100 + Math.min(b[at + 3] & 0xff, 99);
        yield new StunAttribute.ErrorCode(code, new String(b, at + 4, length - 4, UTF_8));
      }
      case UNKNOWN_ATTRIBUTES -> {
        var types = new ArrayList<Integer>();
        for (int i = 0; i + 1 < length; i += 2) {
          types.add(BigEndian.u16(b, at + i));
        }
        yield new StunAttribute.UnknownAttributes(types);
      }
      case MESSAGE_INTEGRITY -> {
        need("MESSAGE-INTEGRITY", length, 20);
        yield new StunAttribute.MessageIntegrity(Arrays.copyOfRange(b, at, at + 20));
      }
      default -> new StunAttribute.Unknown(type, Arrays.copyOfRange(b, at, at + length));
    };
  }

  private static void need(String what, int length, int least) throws MalformedException {
    if (length < least) {
      throw new MalformedException("STUN " + what + ": " + length + " bytes, needs " + least);
    }
  }

  /// The cookie, then the transaction id; its first two bytes also disguise the port.
  private static byte[] mask(TransactionId id) {
    byte[] mask = new byte[16];
    BigEndian.putU32(mask, 0, StunMessage.COOKIE);
    id.copyTo(mask, 4);
    return mask;
  }

  private static byte[] address(Endpoint endpoint, byte[] mask) {
    byte[] ip = endpoint.address().bytes();
    byte[] value = new byte[4 + ip.length];
    value[1] = (byte) (ip.length == 4 ? FAMILY_V4 : FAMILY_V6);
    value[2] = (byte) (endpoint.port() >> 8 ^ mask[0]);
    value[3] = (byte) (endpoint.port() ^ mask[1]);
    for (int i = 0; i < ip.length; i++) {
      value[4 + i] = (byte) (ip[i] ^ mask[i]);
    }
    return value;
  }

  /// Reads the family that the length allows; a v4-mapped address becomes IPv4, because some
  /// servers answer so from dual-stack sockets.
  private static Endpoint endpoint(byte[] b, int at, int length, byte[] mask)
      throws MalformedException {
    need("address", length, 8);
    int bytes =
        switch (b[at + 1]) {
          case FAMILY_V4 -> 4;
          case FAMILY_V6 -> 16;
          default -> throw new MalformedException("STUN address: family " + b[at + 1]);
        };
    need("address", length, 4 + bytes);
    byte[] ip = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      ip[i] = (byte) (b[at + 4 + i] ^ mask[i]);
    }
    int port = BigEndian.u16(b, at + 2) ^ BigEndian.u16(mask, 0);
    return new Endpoint(IpAddress.of(ip), port);
  }

  private static byte[] errorCode(int code, String reason) {
    byte[] text = reason.getBytes(UTF_8);
    byte[] value = new byte[4 + text.length];
    value[2] = (byte) (code / 100);
    value[3] = (byte) (code % 100);
    System.arraycopy(text, 0, value, 4, text.length);
    return value;
  }
}
