package dev.adit.net.http;

import dev.adit.wire.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The path and query of a request line (RFC 9112 §3.2).
///
/// @param path percent-decoded UTF-8, begins with `/`, holds no control character, which could
///   forge a line of a log, and no `.` or `..` segment
/// @param query raw text after `?`, or null
public record RequestTarget(String path, @Nullable String query) {
  /// @param target as it stands in the request line
  public static RequestTarget parse(String target) throws MalformedException {
    if (!isPrintable(target)) {
      throw new MalformedException("HTTP: other characters than printable ASCII in a path");
    }
    String rest = target;
    if (rest.startsWith("http://") || rest.startsWith("https://")) {
      int slash = rest.indexOf('/', rest.indexOf("//") + 2);
      rest = slash < 0 ? "/" : rest.substring(slash);
    }
    int mark = rest.indexOf('?');
    String path = decode(mark < 0 ? rest : rest.substring(0, mark));
    if (!path.startsWith("/") || holdsControl(path) || climbs(path)) {
      throw new MalformedException("HTTP: not a path");
    }
    return new RequestTarget(path, mark < 0 ? null : rest.substring(mark + 1));
  }

  private static boolean isPrintable(String target) {
    for (int i = 0; i < target.length(); i++) {
      if (target.charAt(i) <= ' ' || target.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean holdsControl(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (Character.isISOControl(path.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /// So that no handler has to think of it.
  private static boolean climbs(String path) {
    return path.contains("/../")
        || path.contains("/./")
        || path.endsWith("/..")
        || path.endsWith("/.");
  }

  private static String decode(String text) throws MalformedException {
    if (text.indexOf('%') < 0) {
      return text;
    }
    var bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '%') {
        bytes.write(c);
        continue;
      }
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        throw new MalformedException("HTTP: bad percent-encoding");
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException("HTTP: path is not UTF-8");
    }
  }
}
