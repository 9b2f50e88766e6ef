package dev.adit.wire.stun;

import dev.adit.crypto.HmacSha1;
import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// One STUN message (RFC 8489).
///
/// | offset | bytes | field                                                   |
/// |-------:|------:|---------------------------------------------------------|
/// |      0 |     2 | type; the top two bits are zero                         |
/// |      2 |     2 | length of what follows the header, a multiple of 4      |
/// |      4 |     4 | magic cookie `21 12 a4 42`                              |
/// |      8 |    12 | transaction id                                          |
/// |     20 |       | attributes, the last one FINGERPRINT if [#fingerprint]  |
///
/// @param type one of the constants here, or any other 14-bit value
/// @param attributes in their order; those behind MESSAGE-INTEGRITY and FINGERPRINT are not seen
/// @param fingerprint whether a FINGERPRINT ends the message; when read, it was checked
public record StunMessage(
    int type, TransactionId id, List<StunAttribute> attributes, boolean fingerprint) {
  public static final int BINDING_REQUEST = 0x0001;
  public static final int BINDING_INDICATION = 0x0011;
  public static final int BINDING_SUCCESS = 0x0101;
  public static final int BINDING_ERROR = 0x0111;

  public static final int HEADER_BYTES = 20;

  /// The magic cookie: the second word of every message (RFC 8489 §5).
  public static final int COOKIE = 0x2112a442;

  private static final int FINGERPRINT_BYTES = 8;
  private static final int FINGERPRINT_XOR = 0x5354554e;

  public StunMessage {
    attributes = List.copyOf(attributes);
  }

  /// A Binding request with FINGERPRINT.
  public static StunMessage request(TransactionId id, StunAttribute... attributes) {
    return new StunMessage(BINDING_REQUEST, id, List.of(attributes), true);
  }

  /// True if these bytes claim to be STUN: the cheap test by which a port's protocols are told
  /// apart. What passes may still be malformed.
  public static boolean matches(byte[] bytes, int offset, int length) {
    return length >= HEADER_BYTES
        && (bytes[offset] & 0xc0) == 0
        && BigEndian.u32(bytes, offset + 4) == COOKIE;
  }

  public static StunMessage decode(byte[] bytes) throws MalformedException {
    return decode(bytes, 0, bytes.length);
  }

  /// Reads one message; bytes behind its declared length are ignored (joined datagrams).
  ///
  /// @throws MalformedException if the header, an attribute or the FINGERPRINT is wrong
  public static StunMessage decode(byte[] bytes, int offset, int length) throws MalformedException {
    if (!matches(bytes, offset, length)) {
      throw new MalformedException("STUN: no header of 20 bytes with the magic cookie");
    }
    int declared = BigEndian.u16(bytes, offset + 2);
    if ((declared & 3) != 0 || declared > length - HEADER_BYTES) {
      throw new MalformedException(
          "STUN: length " + declared + " in a datagram of " + length + " bytes");
    }
    var id = TransactionId.of(bytes, offset + 8);
    var attributes = new ArrayList<StunAttribute>();
    int end = offset + HEADER_BYTES + declared;
    boolean sealed = false;
    for (int at = offset + HEADER_BYTES; at < end; ) {
      int type = BigEndian.u16(bytes, at);
      int size = BigEndian.u16(bytes, at + 2);
      if (size > end - at - 4) {
        throw new MalformedException("STUN attribute: " + size + " bytes run past the end");
      }
      if (type == AttributeCodec.FINGERPRINT) {
        checkFingerprint(bytes, offset, at, size);
        return new StunMessage(BigEndian.u16(bytes, offset), id, attributes, true);
      }
      if (!sealed) {
        attributes.add(AttributeCodec.decode(type, bytes, at + 4, size, id));
      }
      sealed |= type == AttributeCodec.MESSAGE_INTEGRITY;
      at += 4 + (size + 3 & ~3);
    }
    return new StunMessage(BigEndian.u16(bytes, offset), id, attributes, false);
  }

  private static void checkFingerprint(byte[] bytes, int offset, int at, int size)
      throws MalformedException {
    if (size != 4 || BigEndian.u32(bytes, at + 4) != fingerprint(bytes, offset, at - offset)) {
      throw new MalformedException("STUN: FINGERPRINT does not verify");
    }
  }

  private static int fingerprint(byte[] bytes, int offset, int length) {
    var crc = new CRC32();
    crc.update(bytes, offset, length);
    return (int) crc.getValue() ^ FINGERPRINT_XOR;
  }

  /// The datagram; padding is zero.
  public byte[] encode() {
    var values = new ArrayList<byte[]>(attributes.size());
    int length = fingerprint ? FINGERPRINT_BYTES : 0;
    for (var attribute : attributes) {
      byte[] value = AttributeCodec.value(attribute, id);
      values.add(value);
      length += 4 + (value.length + 3 & ~3);
    }
    byte[] bytes = new byte[HEADER_BYTES + length];
    BigEndian.putU16(bytes, 0, type);
    BigEndian.putU16(bytes, 2, length);
    BigEndian.putU32(bytes, 4, COOKIE);
    id.copyTo(bytes, 8);
    int at = HEADER_BYTES;
    for (int i = 0; i < values.size(); i++) {
      byte[] value = values.get(i);
      BigEndian.putU16(bytes, at, AttributeCodec.type(attributes.get(i)));
      BigEndian.putU16(bytes, at + 2, value.length);
      System.arraycopy(value, 0, bytes, at + 4, value.length);
      at += 4 + (value.length + 3 & ~3);
    }
    if (fingerprint) {
      BigEndian.putU16(bytes, at, AttributeCodec.FINGERPRINT);
      BigEndian.putU16(bytes, at + 2, 4);
      BigEndian.putU32(bytes, at + 4, fingerprint(bytes, 0, at));
    }
    return bytes;
  }

  /// The first attribute of `kind`, or null.
  public <T extends StunAttribute> @Nullable T first(Class<T> kind) {
    for (var attribute : attributes) {
      if (kind.isInstance(attribute)) {
        return kind.cast(attribute);
      }
    }
    return null;
  }

  /// Where the server saw the request come from: XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS, else
  /// null.
  public @Nullable Endpoint mapped() {
    var disguised = first(StunAttribute.XorMappedAddress.class);
    if (disguised != null) {
      return disguised.endpoint();
    }
    var plain = first(StunAttribute.MappedAddress.class);
    return plain == null ? null : plain.endpoint();
  }

  /// Types of attributes that must be understood and are not.
  public List<Integer> notUnderstood() {
    var types = new ArrayList<Integer>();
    for (var attribute : attributes) {
      if (attribute instanceof StunAttribute.Unknown unknown && unknown.mustBeUnderstood()) {
        types.add(unknown.type());
      }
    }
    return types;
  }

  /// True if `datagram` holds a MESSAGE-INTEGRITY that verifies with `key`. STUN is not
  /// authenticated here; this is for the vectors of RFC 5769 and for tools.
  public static boolean integrityHolds(byte[] datagram, byte[] key) {
    for (int at = HEADER_BYTES; at + 24 <= datagram.length; ) {
      int size = BigEndian.u16(datagram, at + 2);
      if (BigEndian.u16(datagram, at) == AttributeCodec.MESSAGE_INTEGRITY && size == 20) {
        byte[] covered = Arrays.copyOf(datagram, at);
        BigEndian.putU16(covered, 2, at - HEADER_BYTES + 24);
        return Arrays.equals(
            HmacSha1.of(key, covered), Arrays.copyOfRange(datagram, at + 4, at + 24));
      }
      at += 4 + (size + 3 & ~3);
    }
    return false;
  }
}
