package dev.adit.wire.derp;

import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All regions a client may use, in Tailscale's JSON (derp §13.1). Immutable.
///
/// Read as its reference does, names in any case and unknown members ignored, but a map that could
/// not be used, or that would lead somewhere else than it says, is refused as a whole.
///
/// @param regions by their id, in its order
/// @param scores by region: what its measured latency is multiplied with; those that count, above 0
/// @param omitDefaultRegions said to a control server: no regions but these
public record DerpMap(
    SortedMap<Long, DerpRegion> regions,
    SortedMap<Long, Double> scores,
    boolean omitDefaultRegions) {
  /// The largest map that is read, in bytes; Tailscale's own has some 30,000.
  public static final int MAX_BYTES = 1024 * 1024;

  public static final int MAX_REGIONS = 4096;

  public DerpMap {
    regions = Collections.unmodifiableSortedMap(new TreeMap<>(regions));
    scores = Collections.unmodifiableSortedMap(new TreeMap<>(scores));
    if (regions.size() > MAX_REGIONS) {
      throw new IllegalArgumentException("DERP map: more than " + MAX_REGIONS + " regions");
    }
    regions.forEach((id, region) -> {
      if (id != region.id()) {
        throw new IllegalArgumentException("DERP map: a region under another's id");
      }
    });
    if (nameTwice(regions.values()) != null) {
      throw new IllegalArgumentException("DERP map: two nodes of one name");
    }
    if (!scores.values().stream().allMatch(score -> score > 0 && Double.isFinite(score))) {
      throw new IllegalArgumentException("DERP map: a score that is not above 0");
    }
  }

  public static DerpMap of(Collection<DerpRegion> regions) {
    SortedMap<Long, DerpRegion> byId = new TreeMap<>();
    for (var region : regions) {
      if (byId.put(region.id(), region) != null) {
        throw new IllegalArgumentException("DERP map: region " + region.id() + " twice");
      }
    }
    return new DerpMap(byId, Collections.emptySortedMap(), false);
  }

  /// With what the latency to a region is multiplied before regions are compared.
  public double score(long region) {
    return scores.getOrDefault(region, 1.0);
  }

  private static @Nullable String nameTwice(Collection<DerpRegion> regions) {
    Set<String> names = new HashSet<>();
    for (var region : regions) {
      for (var node : region.nodes()) {
        if (!names.add(node.name())) {
          return node.name();
        }
      }
    }
    return null;
  }

  /// Members that have their default value are left out.
  public String toJson() {
    var json = new JsonWriter(1024).beginObject();
    if (!scores.isEmpty()) {
      json.name("HomeParams").beginObject().name("RegionScore").beginObject();
      scores.forEach((id, score) -> json.name(id.toString()).raw(DerpRegion.decimal(score)));
      json.endObject().endObject();
    }
    json.name("Regions").beginObject();
    regions.forEach((id, region) -> {
      json.name(id.toString());
      region.write(json);
    });
    json.endObject();
    DerpNode.flag(json, "omitDefaultRegions", omitDefaultRegions);
    return json.endObject().toString();
  }

  /// @throws MalformedException if it is too long, not JSON, or no map that could be used
  public static DerpMap fromJson(byte[] utf8) throws MalformedException {
    if (utf8.length > MAX_BYTES) {
      throw new MalformedException("DERP map: " + utf8.length + " bytes, allowed " + MAX_BYTES);
    }
    var map = MapValue.parse(utf8).object("map");
    SortedMap<Long, DerpRegion> regions = new TreeMap<>();
    for (var entry : map.entries("Regions", MAX_REGIONS).entrySet()) {
      if (!entry.getValue().isNull()) { // so a region is taken out of the default ones
        long id = id(entry.getKey());
        regions.put(id, DerpRegion.read(entry.getValue(), id));
      }
    }
    if (nameTwice(regions.values()) != null) {
      throw new MalformedException("DERP map: two nodes of one name");
    }
    return new DerpMap(regions, scores(map), map.flag("omitDefaultRegions"));
  }

  private static SortedMap<Long, Double> scores(MapValue.Members map) throws MalformedException {
    SortedMap<Long, Double> scores = new TreeMap<>();
    var parameters = map.value("HomeParams");
    if (!parameters.isNull()) {
      var entries = parameters.object("HomeParams").entries("RegionScore", MAX_REGIONS);
      for (var entry : entries.entrySet()) {
        double score = entry.getValue().number("RegionScore");
        if (score > 0) { // others do not count
          scores.put(id(entry.getKey()), score);
        }
      }
    }
    return scores;
  }

  private static long id(String key) throws MalformedException {
    boolean digits =
        !key.isEmpty()
            && key.length() <= 16
            && key.charAt(0) != '0'
            && key.chars().allMatch(c -> c >= '0' && c <= '9');
    long id = digits ? Long.parseLong(key) : 0;
    if (id < 1 || id > DerpRegion.MAX_ID) {
      throw new MalformedException("DERP map: a region's key is not a number from 1");
    }
    return id;
  }
}
