package dev.adit.cli.log;

import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Hides what must not be in a log above DEBUG, wherever it came from: addresses, keys, secrets.
///
/// A net below the log statements, which should not hand such things over in the first place;
/// exceptions of the JDK and of libraries do. It rather hides too much: a version with four numbers
/// looks like an address.
final class Redaction {
  static final String ADDRESS = "<address>";
  static final String KEY = "<key>";

  private static final Pattern IPV4 =
      Pattern.compile("(?<![\\d.])\\d{1,3}(?:\\.\\d{1,3}){3}(?!\\.?\\d)");

  /// Candidates: what has only characters of IPv6 addresses, and two colons at least.
  private static final Pattern IPV6 =
      Pattern.compile("(?<![\\w.:])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

  /// A join key's parts after its name.
  private static final Pattern JOIN_KEY = Pattern.compile("adit1\\.[\\w.-]+");

  /// 32 bytes as WireGuard writes them.
  private static final Pattern BASE64 = Pattern.compile("(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42,43}=");

  private static final Pattern HEX =
      Pattern.compile("(?<![0-9A-Za-z])[0-9A-Fa-f]{32,}(?![0-9A-Za-z])");

  /// 24 bytes or more of base64url: with lower and upper case, which names have not both.
  private static final Pattern BASE64_URL =
      Pattern.compile("(?<![\\w-])(?=[\\w-]*[a-z])(?=[\\w-]*[A-Z])[\\w-]{32,}(?![\\w-])");

  private Redaction() {}

  static String of(String text) {
    String hidden = addresses6(text);
    hidden = IPV4.matcher(hidden).replaceAll(ADDRESS);
    hidden = JOIN_KEY.matcher(hidden).replaceAll("adit1." + KEY);
    hidden = BASE64.matcher(hidden).replaceAll(KEY);
    hidden = HEX.matcher(hidden).replaceAll(KEY);
    return BASE64_URL.matcher(hidden).replaceAll(KEY);
  }

  /// Times have colons, too: only what is an address is hidden.
  private static String addresses6(String text) {
    if (text.indexOf(':') < 0) {
      return text;
    }
    var hidden = new StringBuilder();
    Matcher candidate = IPV6.matcher(text);
    int from = 0;
    while (candidate.find()) {
      int end = addressEnd(text, candidate.start(), candidate.end());
      if (end > 0) {
        hidden.append(text, from, candidate.start()).append(ADDRESS);
        from = end;
      }
    }
    return from == 0 ? text : hidden.append(text, from, text.length()).toString();
  }

  /// Where the address ends that begins at `start`, before a colon or full stop of the sentence; 0
  /// if it is none.
  private static int addressEnd(String text, int start, int end) {
    for (int at = end; at > start && at >= end - 2; at--) {
      try {
        IpAddress _ = IpAddress.parse(text.substring(start, at));
        return at;
      } catch (MalformedException e) {
        if (":.".indexOf(text.charAt(at - 1)) < 0) {
          return 0;
        }
      }
    }
    return 0;
  }
}
