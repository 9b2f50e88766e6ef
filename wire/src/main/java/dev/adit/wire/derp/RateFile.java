package dev.adit.wire.derp;

import dev.adit.wire.MalformedException;
import java.util.HashMap;
import java.util.Map;

/// The file of `derper -rate-config` (derp §8.4), with more members of the same form for what only
/// this program limits. All in bytes per second, or bytes; 0 for no limit.
///
/// | limit of | rate | burst |
/// |---|---|---|
/// | each connection | `PerClientRateLimitBytesPerSec` | `PerClientRateBurstBytes` |
/// | each key | `PerKeyRateLimitBytesPerSec` | `PerKeyRateBurstBytes` |
/// | each address | `PerAddressRateLimitBytesPerSec` | `PerAddressRateBurstBytes` |
/// | all together | `TotalRateLimitBytesPerSec` | `TotalRateBurstBytes` |
public record RateFile(Limit perClient, Limit perKey, Limit perAddress, Limit total) {
  /// One line of the table.
  public record Limit(long bytesPerSecond, long burstBytes) {}

  public static RateFile parse(byte[] json) throws MalformedException {
    Map<String, Long> numbers = new HashMap<>();
    DerpJson.read(
        json,
        "rate config",
        (name, value) -> {
          if (name.endsWith("ratelimitbytespersec") || name.endsWith("rateburstbytes")) {
            long number = value.asLong(name);
            if (number < 0) {
              throw new MalformedException("DERP " + name + ": less than 0");
            }
            numbers.put(name, number);
          }
        });
    return new RateFile(
        limit(numbers, "perclient"),
        limit(numbers, "perkey"),
        limit(numbers, "peraddress"),
        limit(numbers, "total"));
  }

  private static Limit limit(Map<String, Long> numbers, String of) {
    return new Limit(
        numbers.getOrDefault(of + "ratelimitbytespersec", 0L),
        numbers.getOrDefault(of + "rateburstbytes", 0L));
  }
}
