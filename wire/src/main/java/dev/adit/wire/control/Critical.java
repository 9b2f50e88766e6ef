package dev.adit.wire.control;

import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Removed;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The member `critical`: names of members that a reader must understand or refuse the whole
/// (control R-MSG-3). This version never writes it and always obeys it.
public final class Critical {
  private static final int MAX = 64;
  private static final int MAX_NAME = 128;

  /// Members whose texts are of a few that this version knows; in no two objects does one of these
  /// names mean different things. Other texts are understood only where they are not critical.
  private static final Map<String, Set<String>> KNOWN_TEXTS =
      Map.of(
          "state", NodeState.KNOWN,
          "reason", Set.of(Removed.REMOVED, Removed.EXPIRED, Removed.LEFT),
          "role", Set.of(Hello.AGENT),
          "code", ErrorCode.KNOWN,
          "capabilities",
              Set.of(
                  RelayDescription.DERP,
                  RelayDescription.STUN,
                  RelayDescription.UDP,
                  RelayDescription.DRAIN));

  private Critical() {}

  /// The first name under `critical` that is none of the known members, or that of a member with a
  /// text of a later version; null if all is understood.
  ///
  /// @param known the members this version reads in such an object
  public static @Nullable String notUnderstood(JsonObject object, Set<String> known)
      throws MalformedException {
    for (String name : Members.texts(object, "critical", MAX, MAX_NAME)) {
      if (!known.contains(name) || isOfALaterVersion(name, object.value(name))) {
        return name;
      }
    }
    return null;
  }

  private static boolean isOfALaterVersion(String name, @Nullable Object value) {
    Set<String> texts = KNOWN_TEXTS.get(name);
    if (texts == null || value == null) {
      return false;
    }
    for (Object text : value instanceof List<?> list ? list : List.of(value)) {
      if (!(text instanceof String known && texts.contains(known))) {
        return true;
      }
    }
    return false;
  }
}
