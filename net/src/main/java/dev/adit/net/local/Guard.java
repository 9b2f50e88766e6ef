package dev.adit.net.local;

import dev.adit.net.http.HttpHead;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Keeps web pages out: a browser that was led here by a foreign name cannot set `Host`, and sends
/// `Origin` from a page of another server.
enum Guard {
  /// On a Unix socket there is no host; who speaks to one knows the name to say.
  UNIX("Host must be adit.local") {
    @Override
    boolean mayBe(String host) {
      return host.equals("adit.local");
    }
  },

  /// A name that leads to loopback was made to lead there; only `localhost` and addresses are
  /// honest.
  LOOPBACK("Host must be localhost or an IP address") {
    @Override
    boolean mayBe(String host) {
      String name = host.replaceFirst(":[0-9]{1,5}$", "");
      return name.equals("localhost") || name.matches("[0-9.]+|\\[[0-9a-f:.]+]");
    }
  },

  /// Who listens for others is called by names of others' choice.
  OPEN("Host is missing") {
    @Override
    boolean mayBe(String host) {
      return true;
    }
  };

  private final String expectedHost;

  Guard(String expectedHost) {
    this.expectedHost = expectedHost;
  }

  /// @param host in lower case
  abstract boolean mayBe(String host);

  /// What to say to [LocalRefusal#HOST].
  String expectedHost() {
    return expectedHost;
  }

  @Nullable LocalRefusal refusal(HttpHead head) {
    String host = head.header("host");
    if (host == null || !mayBe(host.toLowerCase(Locale.ROOT))) {
      return LocalRefusal.HOST;
    }
    return head.header("origin") == null ? null : LocalRefusal.ORIGIN;
  }
}
