package dev.adit.core.coordinator;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Revisions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Appends to a network's history: one change row and one to the revision per transaction (control
/// R-REV-1, R-REV-2).
public final class History {
  private static final int MOST =
      20_000; // items of one row: every node of a full network, and relays

  private History() {}

  /// What changed.
  public enum Kind {
    NODE("node"),
    RELAY("relay");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  public record Item(Kind kind, UUID id) {}

  /// @param network as it is after the change
  public record Step(NetworkRow network, ChangeRow change) {}

  public static Step append(NetworkRow network, List<Item> items, long nowSeconds) {
    var text = new StringBuilder("[");
    for (Item item : items) {
      text.append(text.length() > 1 ? "," : "");
      text.append("{\"kind\":\"").append(item.kind.text);
      text.append("\",\"id\":\"").append(item.id).append("\"}");
    }
    String row = text.append(']').toString();
    long revision = network.revision() + 1;
    byte[] digest = Revisions.next(network.digest(), revision, row);
    return new Step(
        new NetworkRow(network.id(), network.name(), network.plan(), revision, digest),
        new ChangeRow(network.id(), revision, row, digest, nowSeconds));
  }

  /// Reads a row's text; kinds this version does not know are skipped.
  ///
  /// @throws IllegalArgumentException if we did not write it
  public static List<Item> items(String text) {
    var items = new ArrayList<Item>();
    try {
      for (JsonObject item : Json.parseObject("{\"items\":" + text + "}").objects("items", MOST)) {
        for (Kind kind : Kind.values()) {
          if (kind.text.equals(item.string("kind"))) {
            items.add(new Item(kind, UUID.fromString(item.string("id"))));
          }
        }
      }
    } catch (MalformedException e) {
      throw new IllegalArgumentException("change row: " + e.getMessage(), e);
    }
    return items;
  }
}
