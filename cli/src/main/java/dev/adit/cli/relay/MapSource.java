package dev.adit.cli.relay;

import dev.adit.cli.Failure;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HostAddresses;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.DerpMap;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A map of relays in a file or on a web server, read anew at each question. Confined to one
/// thread.
public final class MapSource {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// So old a map may be when there is no newer one to be had.
  private static final long OLDEST_NANOS = Duration.ofMinutes(10).toNanos();

  private final String place;
  private final Clock clock;
  private @Nullable DerpMap last;
  private long lastAt;

  /// @param place a file, or a URL of `https`, `http` or `file`
  public MapSource(String place, Clock clock) {
    this.place = place;
    this.clock = clock;
  }

  /// The map as it is now, or was within the last ten minutes.
  ///
  /// @throws Failure if there is none
  public synchronized DerpMap map() {
    try {
      return read();
    } catch (IOException e) {
      DerpMap old = last;
      if (old != null && clock.nanos() - lastAt < OLDEST_NANOS) {
        return old;
      }
      throw Failure.failed(String.valueOf(e.getMessage()));
    }
  }

  /// The map as it is now.
  ///
  /// @throws IOException saying from where there is none, and why
  public synchronized DerpMap read() throws IOException {
    try {
      DerpMap read = DerpMap.fromJson(content());
      last = read;
      lastAt = clock.nanos();
      return read;
    } catch (IOException | MalformedException | IllegalArgumentException e) {
      throw new IOException("no map of relays from " + place + ": " + e.getMessage(), e);
    }
  }

  private byte[] content() throws IOException {
    if (place.startsWith("https://") || place.startsWith("http://")) {
      return fetch(URI.create(place));
    }
    Path file = place.startsWith("file://") ? Path.of(URI.create(place)) : Path.of(place);
    return StateFiles.read(file, DerpMap.MAX_BYTES);
  }

  private static byte[] fetch(URI url) throws IOException {
    String host = url.getHost();
    if (host == null) {
      throw new IOException("the URL has no host");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    boolean secure = "https".equals(url.getScheme());
    int port = url.getPort() > 0 ? url.getPort() : secure ? 443 : 80;
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    try (Connection connection =
        secure
            ? TlsClient.connect(bare, port, PinPolicy.publicRoots(), PATIENCE)
            : TlsClient.connectPlain(HostAddresses.resolve(bare, port), PATIENCE)) {
      connection.readTimeout(PATIENCE);
      var answer = HttpExchange.get(connection, host, target, DerpMap.MAX_BYTES);
      if (answer.status() != 200) {
        throw new IOException("HTTP " + answer.status());
      }
      return answer.body();
    }
  }
}
