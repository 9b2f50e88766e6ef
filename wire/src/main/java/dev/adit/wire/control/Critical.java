package dev.adit.wire.control;

import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The member `critical`: names of members that a reader must understand or refuse the whole
/// (control R-MSG-3). This version never writes it and always obeys it.
public final class Critical {
  private static final int MAX = 64;
  private static final int MAX_NAME = 128;

  private Critical() {}

  /// The first name under `critical` that is none of the known members; null if all is understood.
  ///
  /// @param known the members this version reads in such an object
  public static @Nullable String notUnderstood(JsonObject object, Set<String> known)
      throws MalformedException {
    for (String name : Members.texts(object, "critical", MAX, MAX_NAME)) {
      if (!known.contains(name)) {
        return name;
      }
    }
    return null;
  }
}
