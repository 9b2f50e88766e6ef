package dev.adit.net.linux;

/// The Internet checksum (RFC 1071): the complement of the one's complement sum of 16-bit words in
/// network byte order.
final class InternetChecksum {
  private static final int UDP = 17;

  private InternetChecksum() {}

  /// @return 0 to 65535
  static int of(byte[] bytes) {
    return finish(add(0, bytes, 0, bytes.length));
  }

  /// The checksum of a UDP datagram in IPv4 with its pseudo header (RFC 768).
  ///
  /// @param source 4 bytes
  /// @param destination 4 bytes
  /// @param payload what follows the UDP header
  /// @return 1 to 65535: a sum of 0 is sent as 65535, as 0 means that there is none
  static int udp4(
      byte[] source,
      byte[] destination,
      int sourcePort,
      int destinationPort,
      byte[] payload,
      int offset,
      int length) {
    int udpLength = 8 + length;
    // The length counts twice: in the pseudo header and in the UDP header.
    long sum = (long) UDP + udpLength + sourcePort + destinationPort + udpLength;
    sum = add(sum, source, 0, 4);
    sum = add(sum, destination, 0, 4);
    int checksum = finish(add(sum, payload, offset, length));
    return checksum == 0 ? 0xffff : checksum;
  }

  /// Adds words; an odd last byte counts as if a zero followed.
  private static long add(long sum, byte[] bytes, int offset, int length) {
    int end = offset + (length & ~1);
    for (int i = offset; i < end; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff;
    }
    return (length & 1) == 0 ? sum : sum + ((bytes[end] & 0xffL) << 8);
  }

  private static int finish(long sum) {
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) ~sum & 0xffff;
  }
}
