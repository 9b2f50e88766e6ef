package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a client says of itself, inside the box of its first frame (derp §3.3).
///
/// @param meshKey 32 bytes shared by the relays of a region, or null; never printed
/// @param version of the protocol; servers ignore it
/// @param canAckPings whether it answers pings
/// @param appName a label for statistics, often empty
public record ClientInfo(
    byte @Nullable [] meshKey,
    long version,
    boolean canAckPings,
    boolean isProber,
    String appName) {

  /// An ordinary client of this program.
  public static final ClientInfo OURS = new ClientInfo(null, Derp.VERSION, true, false, "");

  public String toJson() {
    var json = new JsonWriter().beginObject();
    if (meshKey != null) {
      json.member("meshKey", Text.hex(meshKey));
    }
    if (version != 0) {
      json.member("version", version);
    }
    json.member("CanAckPings", canAckPings);
    if (isProber) {
      json.member("IsProber", true);
    }
    if (!appName.isEmpty()) {
      json.member("AppName", appName);
    }
    return json.endObject().toString();
  }

  /// @throws MalformedException also if a mesh key is present, but not 64 hex digits
  public static ClientInfo fromJson(byte[] json) throws MalformedException {
    var reader = new Reader();
    DerpJson.read(json, "ClientInfo", reader);
    return new ClientInfo(
        reader.meshKey, reader.version, reader.canAckPings, reader.isProber, reader.appName);
  }

  /// The first frame of a client.
  public DerpFrame.ClientInfoBox seal(PrivateKey own, PublicKey server, RandomGenerator random)
      throws CryptoException {
    byte[] sealed = NaclBox.between(own, server).seal(toJson().getBytes(UTF_8), random);
    return new DerpFrame.ClientInfoBox(own.publicKey(), sealed);
  }

  /// Opens the box with the server's end; success proves that the client holds the key it claims.
  public static ClientInfo open(DerpFrame.ClientInfoBox frame, NaclBox box)
      throws CryptoException, MalformedException {
    return fromJson(box.open(frame.sealed()));
  }

  @Override
  public String toString() {
    return "ClientInfo[version=" + version + ", isProber=" + isProber + "]";
  }

  private static final class Reader implements DerpJson.Members {
    private byte @Nullable [] meshKey;
    private long version;
    private boolean canAckPings;
    private boolean isProber;
    private String appName = "";

    @Override
    public void member(String name, DerpJson.Value value) throws MalformedException {
      switch (name) {
        case "meshkey" -> {
          meshKey = Text.parseHex(value.asText("meshKey"));
          if (meshKey.length != 32) {
            throw new MalformedException("DERP meshKey: needs 64 hex digits");
          }
        }
        case "version" -> version = value.asLong("version");
        case "canackpings" -> canAckPings = value.asBoolean("CanAckPings");
        case "isprober" -> isProber = value.asBoolean("IsProber");
        case "appname" -> appName = value.isNull() ? "" : value.asText("AppName");
        default -> {}
      }
    }
  }
}
