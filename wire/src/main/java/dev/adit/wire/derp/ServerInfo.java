package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NaclBox;
import dev.adit.wire.MalformedException;
import java.util.random.RandomGenerator;

/// What a relay says of itself once it has admitted a client (derp §3.3).
///
/// @param bytesPerSecond what a client may send; 0 means no limit
/// @param burstBytes how much at once; at least 65,573 if there is a limit
public record ServerInfo(long version, long bytesPerSecond, long burstBytes) {
  /// What our relays send.
  public static final ServerInfo OURS = new ServerInfo(Derp.VERSION, 0, 0);

  public String toJson() {
    var json = new StringBuilder("{\"version\":").append(version);
    if (bytesPerSecond != 0) {
      json.append(",\"TokenBucketBytesPerSecond\":").append(bytesPerSecond);
    }
    if (burstBytes != 0) {
      json.append(",\"TokenBucketBytesBurst\":").append(burstBytes);
    }
    return json.append('}').toString();
  }

  public static ServerInfo fromJson(byte[] json) throws MalformedException {
    long[] values = new long[3];
    DerpJson.read(
        json,
        "ServerInfo",
        (name, value) -> {
          switch (name) {
            case "version" -> values[0] = value.asLong(name);
            case "tokenbucketbytespersecond" -> values[1] = value.asLong(name);
            case "tokenbucketbytesburst" -> values[2] = value.asLong(name);
            default -> {}
          }
        });
    return new ServerInfo(values[0], values[1], values[2]);
  }

  public DerpFrame.ServerInfoBox seal(NaclBox box, RandomGenerator random) {
    return new DerpFrame.ServerInfoBox(box.seal(toJson().getBytes(UTF_8), random));
  }

  public static ServerInfo open(DerpFrame.ServerInfoBox frame, NaclBox box)
      throws CryptoException, MalformedException {
    return fromJson(box.open(frame.sealed()));
  }
}
