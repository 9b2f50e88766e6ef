package dev.adit.wire.derp;

import dev.adit.wire.Json;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/// Servers that stand together and pass each other's packets on (derp §13.1). Immutable.
///
/// @param id from 1; 900 to 999 are for private use
/// @param code a short name
/// @param name for people
/// @param latitude in degrees; 0 if unknown
/// @param longitude in degrees; 0 if unknown
/// @param avoid not chosen as home (deprecated)
/// @param noMeasureNoHome never probed and never home, yet used to reach peers who are at home
///   there
/// @param nodes in the order in which this client is to try them
public record DerpRegion(
    long id,
    String code,
    String name,
    double latitude,
    double longitude,
    boolean avoid,
    boolean noMeasureNoHome,
    List<DerpNode> nodes) {
  public static final long MAX_ID = Json.MAX_INTEGER;
  public static final int MAX_NODES = 256;

  public DerpRegion {
    nodes = List.copyOf(nodes);
    if (id < 1 || id > MAX_ID || nodes.size() > MAX_NODES) {
      throw new IllegalArgumentException("DERP region: id or number of nodes out of range");
    }
    if (!DerpNode.isText(code) || !DerpNode.isText(name)) {
      throw new IllegalArgumentException("DERP region: a text is longer than 255 or has controls");
    }
    if (!Double.isFinite(latitude) || !Double.isFinite(longitude)) {
      throw new IllegalArgumentException("DERP region: place is no number");
    }
    for (var node : nodes) {
      if (node.regionId() != id) {
        throw new IllegalArgumentException("DERP region: a node says that it is in another");
      }
    }
  }

  public static DerpRegion of(long id, String code, String name, List<DerpNode> nodes) {
    return new DerpRegion(id, code, name, 0, 0, false, false, nodes);
  }

  void write(JsonWriter json) {
    json.beginObject().member("RegionID", id).member("RegionCode", code).member("RegionName", name);
    number(json, "Latitude", latitude);
    number(json, "Longitude", longitude);
    DerpNode.flag(json, "Avoid", avoid);
    DerpNode.flag(json, "NoMeasureNoHome", noMeasureNoHome);
    json.name("Nodes").beginArray();
    nodes.forEach(node -> node.write(json));
    json.endArray().endObject();
  }

  private static void number(JsonWriter json, String name, double value) {
    if (value != 0) {
      json.name(name).raw(decimal(value));
    }
  }

  static String decimal(double value) {
    var decimal = BigDecimal.valueOf(value).stripTrailingZeros();
    String plain = decimal.toPlainString();
    return plain.length() <= 20 ? plain : decimal.toString();
  }

  /// @param id the key under which it stands in the map, which it must repeat
  static DerpRegion read(MapValue value, long id) throws MalformedException {
    var region = value.object("region");
    if (region.integer("RegionID", 1, MAX_ID) != id) {
      throw new MalformedException("DERP map: a region's id is not the key it stands under");
    }
    List<DerpNode> nodes = new ArrayList<>();
    for (var node : region.list("Nodes", MAX_NODES)) {
      nodes.add(DerpNode.read(node, id));
    }
    return new DerpRegion(
        id,
        region.text("RegionCode"),
        region.text("RegionName"),
        region.number("Latitude"),
        region.number("Longitude"),
        region.flag("Avoid"),
        region.flag("NoMeasureNoHome"),
        nodes);
  }
}
