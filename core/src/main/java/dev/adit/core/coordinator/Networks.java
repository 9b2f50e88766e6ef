package dev.adit.core.coordinator;

import dev.adit.wire.Prefix;
import dev.adit.wire.control.Revisions;
import dev.adit.wire.control.UuidV7;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Decides whether a network is made, and with which ranges: such that no two networks of a
/// coordinator overlap, because one machine may be in both.
public final class Networks {
  /// More than agents of one coordinator should have to choose from.
  public static final int MOST = 1_000;

  private static final int MAX_NAME = 63;

  private Networks() {}

  public sealed interface Outcome {
    record Created(NetworkRow network) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}
  }

  /// @param name a DNS label
  /// @param held all that there are
  /// @param inUse prefixes of this machine's routes and addresses
  public static Outcome decide(
      String name,
      List<NetworkRow> held,
      List<Prefix> inUse,
      long nowMillis,
      RandomGenerator random) {
    if (!isLabel(name)) {
      String text = "network name: needs 1 to 63 of a-z 0-9 -, a letter or digit at both ends";
      return new Outcome.Refused(Refusal.invalid(text));
    }
    if (held.stream().anyMatch(network -> network.name().equals(name))) {
      return new Outcome.Refused(Refusal.invalid("there is a network " + name + " already"));
    }
    if (held.size() >= MOST) {
      return new Outcome.Refused(Refusal.invalid(MOST + " networks, no more are allowed"));
    }
    var taken = new ArrayList<>(inUse);
    for (NetworkRow network : held) {
      taken.add(network.plan().v4());
      taken.add(network.plan().v6());
    }
    UUID id = UuidV7.of(nowMillis, random);
    var plan = AddressPlan.random(random, taken);
    return new Outcome.Created(new NetworkRow(id, name, plan, 0, Revisions.first(id)));
  }

  private static boolean isLabel(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean inner = i > 0 && i < name.length() - 1;
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' && inner)) {
        return false;
      }
    }
    return !name.isEmpty() && name.length() <= MAX_NAME;
  }

  /// The network that an administrator means.
  ///
  /// @return null if there is none
  public static @Nullable NetworkRow find(List<NetworkRow> held, String idOrName) {
    for (NetworkRow network : held) {
      if (network.name().equals(idOrName) || network.id().toString().equals(idOrName)) {
        return network;
      }
    }
    return null;
  }
}
