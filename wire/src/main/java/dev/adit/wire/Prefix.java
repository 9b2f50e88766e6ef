package dev.adit.wire;

/// An address prefix such as `10.77.0.0/18`; bits past the length are zero. Immutable.
///
/// @param length 0 to 32 for IPv4, 0 to 128 for IPv6
public record Prefix(IpAddress address, int length) {
  public Prefix {
    if (length < 0 || length > (address.isV4() ? 32 : 128)) {
      throw new IllegalArgumentException("prefix length " + length);
    }
    byte[] bytes = address.bytes();
    for (int bit = length; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3] &= (byte) ~(0x80 >> (bit & 7));
    }
    // A masked IPv6 prefix that would turn v4-mapped cannot arise: masking only clears bits.
    address = IpAddress.of(bytes);
  }

  /// The prefix that holds just `address`.
  public static Prefix host(IpAddress address) {
    return new Prefix(address, address.isV4() ? 32 : 128);
  }

  /// Parses `address/length`.
  public static Prefix parse(String text) throws MalformedException {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new MalformedException("prefix: no '/', expected address/length");
    }
    IpAddress address = IpAddress.parse(text.substring(0, slash));
    String digits = text.substring(slash + 1);
    if (digits.isEmpty()
        || digits.length() > 3
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new MalformedException("prefix: length is not a number");
    }
    int length = Integer.parseInt(digits);
    if (length > (address.isV4() ? 32 : 128)) {
      throw new MalformedException("prefix: length " + length + " is too long");
    }
    return new Prefix(address, length);
  }

  public static Prefix literal(String text) {
    try {
      return parse(text);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  public boolean contains(IpAddress other) {
    return other.isV4() == address.isV4() && new Prefix(other, length).address.equals(address);
  }

  @Override
  public String toString() {
    return address + "/" + length;
  }
}
