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
/// @param permit the client's node record as the text of its envelope, for a relay of ours that is
///   cut off from its coordinator (relay-rung RR-42); null for none. Other servers skip it
public record ClientInfo(
    byte @Nullable [] meshKey,
    long version,
    boolean canAckPings,
    boolean isProber,
    String appName,
    @Nullable String permit) {
  /// A longer one counts as none.
  public static final int MAX_PERMIT = 8 * 1024;

  /// An ordinary client of this program.
  public static final ClientInfo OURS = new ClientInfo(null, Derp.VERSION, true, false, "");

  /// Without a permit.
  public ClientInfo(
      byte @Nullable [] meshKey,
      long version,
      boolean canAckPings,
      boolean isProber,
      String appName) {
    this(meshKey, version, canAckPings, isProber, appName, null);
  }

  /// The same with a permit; without one if it is too long.
  public ClientInfo withPermit(@Nullable String text) {
    String brought = text == null || text.length() > MAX_PERMIT ? null : text;
    return new ClientInfo(meshKey, version, canAckPings, isProber, appName, brought);
  }

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
    if (permit != null) {
      json.member("aditPermit", permit);
    }
    return json.endObject().toString();
  }

  /// @throws MalformedException also if a mesh key is present, but not 64 hex digits
  public static ClientInfo fromJson(byte[] json) throws MalformedException {
    var reader = new Reader();
    DerpJson.read(json, "ClientInfo", reader);
    return new ClientInfo(
            reader.meshKey, reader.version, reader.canAckPings, reader.isProber, reader.appName)
        .withPermit(reader.permit);
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
    private @Nullable String permit;

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
        case "aditpermit" -> permit = value.isNull() ? null : value.asText("aditPermit");
        default -> {}
      }
    }
  }
}
