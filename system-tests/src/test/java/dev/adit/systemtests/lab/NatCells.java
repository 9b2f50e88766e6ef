package dev.adit.systemtests.lab;

import dev.adit.systemtests.lab.Cell.Expected;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Every pair of sites whose path is known beforehand (nat-traversal §6.1 to §6.3).
///
/// A letter says what two nodes there reach: P a direct path by plain probing, A a direct path with
/// guessed ports (until somebody writes that: the relay), R the relay.
final class NatCells {
  /// The types of §6.1, in its order.
  static final List<String> TYPES =
      List.of(
          "direct",
          "fw",
          "fullcone",
          "addrcone",
          "portcone",
          "portcone+shift",
          "cgnat",
          "adm",
          "sym",
          "symseq",
          "cgnatsym",
          "udpblock");

  /// Row by column, from the diagonal on.
  private static final List<String> TABLE =
      List.of(
          "PPPPPPPPPPPR",
          " PPPPPPAAAAR",
          "  PPPPPPPPPR",
          "   PPPPPPPPR",
          "    PPPAAAAR",
          "     PPAAAAR",
          "      PAAAAR",
          "       RRRRR",
          "        RRRR",
          "         ARR",
          "          RR",
          "           R");

  /// Rows beside §6.1: the carrier that filters too, and the network that lets out TCP 443 only.
  private static final String[][] MORE_ROWS = {
    {"cgnatport", "PPPPPPPAAAAR"}, {"tcp443", "RRRRRRRRRRRR"},
  };

  /// NATs that forward a port statically are as a full cone, whatever they are else.
  private static final List<String> FORWARDING =
      List.of(
          "fullcone+fwd",
          "addrcone+fwd",
          "portcone+fwd",
          "portcone+shift+fwd",
          "adm+fwd",
          "sym+fwd",
          "symseq+fwd");

  private static final String[][] FAMILIES = {
    {"direct+v6", "direct+v6", "P"},
    {"direct+v6", "fw+v6", "P"},
    {"fw+v6", "fw+v6", "P"},
    {"sym+dual", "sym+dual", "P"},
    {"direct+v6", "fw+nat66+v6", "P"},
    {"fw+v6", "fw+nat66+v6", "A"},
    {"direct+v6", "udpblock+v6", "R"},
    {"fw+v6", "udpblock+v6", "R"},
    {"udpblock+dual", "direct+dual", "R"},
    {"portcone", "portcone+dual", "P"},
    {"sym", "sym+dual", "R"},
    {"portcone", "portcone+v6", "R"},
    {"direct", "direct+v6", "R"},
    {"portcone+dual", "portcone+dual", "P"},
    {"portcone+dual", "portcone+v6", "P"},
    {"portcone+v6", "portcone+v6", "P"},
    {"sym+v6open+dual", "sym+v6", "P"},
  };

  private static final String[][] NEIGHBOURS = {
    {"direct", "same", "P"},
    {"portcone", "same", "P"},
    {"sym", "same", "P"},
    {"cgnat", "same", "P"},
    {"udpblock", "same", "P"},
    {"portcone+v6", "same+v6", "P"},
    {"fullcone+hairpin", "isolated", "P"},
    {"portcone+hairpin", "isolated", "P"},
    {"portcone+shift+hairpin", "isolated", "P"},
    {"sym+hairpin", "isolated", "P"},
    {"portcone", "isolated", "R"},
    {"cgnat+hairpin", "samecgn", "P"},
    {"cgnatport+hairpin", "samecgn", "P"},
    {"cgnat", "samecgn", "R"},
    {"cgnatsym", "samecgn", "R"},
    {"portcone", "portcone+overlap", "P"},
    {"portcone", "sym+overlap", "A"},
  };

  /// Others that are worth a run.
  private static final String[][] MORE = {
    {"linux", "linux", "P"},
    {"linux", "portcone", "P"},
    {"sym+pool", "fullcone", "P"},
    {"udpblock+reject", "direct", "R"},
    {"tcp443", "tcp443", "R"},
    {"cgnatport", "cgnatport", "P"},
  };

  private NatCells() {}

  /// All, by name, in the order of the tables.
  static Map<String, Cell> all() {
    List<Cell> cells = new ArrayList<>();
    for (int row = 0; row < TYPES.size(); row++) {
      for (int column = row; column < TYPES.size(); column++) {
        cells.add(cell(TYPES.get(row), TYPES.get(column), TABLE.get(row).charAt(column)));
      }
    }
    for (String[] row : MORE_ROWS) {
      for (int column = 0; column < TYPES.size(); column++) {
        cells.add(cell(row[0], TYPES.get(column), row[1].charAt(column)));
      }
    }
    for (String type : FORWARDING) {
      for (String other : TYPES) {
        cells.add(cell(type, other, other.equals("udpblock") ? 'R' : 'P'));
      }
    }
    for (String[][] table : List.of(FAMILIES, NEIGHBOURS, MORE)) {
      for (String[] words : table) {
        cells.add(cell(words[0], words[1], words[2].charAt(0)));
      }
    }
    Map<String, Cell> all = new LinkedHashMap<>();
    for (Cell cell : cells) {
      if (all.put(cell.name(), cell) != null) {
        throw new IllegalStateException("cell " + cell + " stands twice");
      }
    }
    return all;
  }

  /// The cell of this name, its sites in either order.
  ///
  /// @throws IllegalArgumentException if there is none, for the user
  static Cell of(String name) {
    Map<String, Cell> all = all();
    String[] sites = name.split(":", -1);
    Cell found = all.get(name);
    if (found == null && sites.length == 2) {
      found = all.get(sites[1] + ":" + sites[0]);
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no cell '" + name + "'; bench/matrix --list names them all");
    }
    return found;
  }

  static List<String> familyCells() {
    return names(FAMILIES);
  }

  static List<String> neighbourCells() {
    return names(NEIGHBOURS);
  }

  static List<String> furtherCells() {
    return names(MORE);
  }

  /// The rows that stand below those of [#TYPES], with the same columns.
  static List<String> furtherRows() {
    List<String> rows = new ArrayList<>();
    for (String[] row : MORE_ROWS) {
      rows.add(row[0]);
    }
    rows.addAll(FORWARDING);
    return rows;
  }

  private static List<String> names(String[][] table) {
    List<String> names = new ArrayList<>();
    for (String[] words : table) {
      names.add(cell(words[0], words[1], words[2].charAt(0)).name());
    }
    return names;
  }

  private static Cell cell(String left, String right, char expected) {
    return Cell.of(left, right, Expected.of(String.valueOf(expected)));
  }
}
