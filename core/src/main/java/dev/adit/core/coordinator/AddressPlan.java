package dev.adit.core.coordinator;

import dev.adit.wire.BigEndian;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// How one network numbers its nodes: a node has one *host number*; its IPv4 address is that number
/// within `v4`, its IPv6 address is `<ula>:1::<number>`. Immutable.
///
///     v4  10.77.0.0/18          host 300 → 10.77.1.44
///     v6  fd5a:1d17:77::/48     host 300 → fd5a:1d17:77:1::12c
///
/// @param v4 /8 to /29; the first and the last number of it are not given out
/// @param v6 a ULA /48
public record AddressPlan(Prefix v4, Prefix v6) {
  private static final int DEFAULT_V4_LENGTH = 18;
  private static final Prefix TEN = Prefix.literal("10.0.0.0/8");
  private static final Prefix ONE_SEVEN_TWO = Prefix.literal("172.16.0.0/12");

  public AddressPlan {
    boolean fits = v4.address().isV4() && v4.length() >= 8 && v4.length() <= 29;
    if (!fits || v6.address().isV4() || v6.length() != 48) {
      throw new IllegalArgumentException("ranges " + v4 + " and " + v6);
    }
  }

  /// A plan for a new network: a random /18 of 10/8 that overlaps nothing of `inUse`, and a random
  /// ULA /48 (RFC 4193).
  ///
  /// @param inUse the machine's own routes and addresses; routes shorter than /8 are default routes
  ///   in disguise and do not count. If they leave nothing of 10/8, 172.16/12 is searched, and then
  ///   they are ignored.
  public static AddressPlan random(RandomGenerator random, List<Prefix> inUse) {
    Prefix v4 = freeRange(TEN, random, inUse);
    if (v4 == null) {
      v4 = freeRange(ONE_SEVEN_TWO, random, inUse);
    }
    if (v4 == null) {
      v4 = nth(TEN, random.nextInt(1 << (DEFAULT_V4_LENGTH - TEN.length())));
    }
    byte[] ula = new byte[16];
    byte[] globalId = new byte[5];
    random.nextBytes(globalId);
    ula[0] = (byte) 0xfd;
    System.arraycopy(globalId, 0, ula, 1, globalId.length);
    return new AddressPlan(v4, new Prefix(IpAddress.of(ula), 48));
  }

  private static @Nullable Prefix freeRange(
      Prefix within, RandomGenerator random, List<Prefix> inUse) {
    int count = 1 << (DEFAULT_V4_LENGTH - within.length());
    int start = random.nextInt(count);
    for (int i = 0; i < count; i++) {
      Prefix range = nth(within, (start + i) % count);
      if (inUse.stream().noneMatch(used -> used.length() >= 8 && overlap(used, range))) {
        return range;
      }
    }
    return null;
  }

  private static Prefix nth(Prefix within, int index) {
    int bits = toInt(within.address()) + (index << (32 - DEFAULT_V4_LENGTH));
    return new Prefix(v4(bits), DEFAULT_V4_LENGTH);
  }

  private static boolean overlap(Prefix a, Prefix b) {
    return a.contains(b.address()) || b.contains(a.address());
  }

  public long firstHost() {
    return 1;
  }

  /// The last number of the range is IPv4's broadcast address.
  public long lastHost() {
    return (1L << (32 - v4.length())) - 2;
  }

  /// @param host [#firstHost] to [#lastHost]
  public List<IpAddress> addresses(long host) {
    if (host < firstHost() || host > lastHost()) {
      throw new IllegalArgumentException("host number " + host);
    }
    byte[] six = v6.address().bytes();
    six[7] = 1;
    for (int i = 0; i < 4; i++) {
      six[15 - i] = (byte) (host >> (8 * i));
    }
    return List.of(v4(toInt(v4.address()) + (int) host), IpAddress.of(six));
  }

  /// The host number that has this address; 0 if none has.
  public long hostOf(IpAddress address) {
    byte[] bytes = address.bytes();
    long host;
    if (address.isV4()) {
      host = Integer.toUnsignedLong(toInt(address) - toInt(v4.address()));
    } else {
      host = Integer.toUnsignedLong(BigEndian.u32(bytes, 12));
    }
    boolean isHost = host >= firstHost() && host <= lastHost();
    return isHost && addresses(host).contains(address) ? host : 0;
  }

  private static int toInt(IpAddress address) {
    return BigEndian.u32(address.bytes(), 0);
  }

  private static IpAddress v4(int bits) {
    return IpAddress.of(
        new byte[] {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits});
  }
}
