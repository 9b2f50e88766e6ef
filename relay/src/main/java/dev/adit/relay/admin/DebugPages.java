package dev.adit.relay.admin;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Readings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// The pages below `/debug/` (derp §16.2). What belongs to Go's runtime has its counterpart of the
/// Java machine: `threads` for goroutines, `heap` for its memory. Whom they are shown is the
/// caller's business. Thread-safe.
public final class DebugPages implements HttpHandler {
  public static final String PATH = "/debug/";

  private static final Map<String, String> PROMETHEUS =
      Map.of(
          "Content-Type", "text/plain; version=0.0.4; charset=utf-8", "Cache-Control", "no-store");

  private final Supplier<Readings> readings;
  private final String version;
  private final Map<String, Page> pages = new LinkedHashMap<>();

  /// One page.
  ///
  /// @param what is on it, for the index
  /// @param content made at each request; may take a moment
  private record Page(String what, Function<HttpRequest, HttpResponse> content) {}

  /// @param readings all that the process counts
  /// @param version of this program
  public DebugPages(Supplier<Readings> readings, String version) {
    this.readings = readings;
    this.version = version;
    add("vars", "what is counted, in derper's names, as JSON", _ -> json());
    add("varz", "the same as Prometheus reads it", _ -> prometheus());
    add("gc", "collects all garbage", _ -> collect());
    add("threads", "what each platform thread does", _ -> text(threads()));
    add("heap", "how many objects of which class there are", _ -> text(heap()));
  }

  /// Adds a page.
  ///
  /// @param name of one word, behind `/debug/`
  public DebugPages add(String name, String what, Function<HttpRequest, HttpResponse> content) {
    pages.put(name, new Page(what, content));
    return this;
  }

  /// True for paths of these pages.
  public static boolean answers(String path) {
    return path.startsWith(PATH) || path.equals("/debug");
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    if (!request.method().equals("GET")) {
      return new HttpResponse(405, Map.of("Allow", "GET"), bytes("only GET\n"));
    }
    String path = request.path();
    if (path.equals("/debug") || path.equals(PATH)) {
      return text(index());
    }
    Page page = pages.get(path.substring(PATH.length()));
    return page == null
        ? HttpResponse.text(404, "no such page; " + PATH + " lists them")
        : page.content().apply(request);
  }

  private String index() {
    var text = new StringBuilder();
    text.append("version  ").append(version).append('\n');
    text.append("java     ").append(Runtime.version()).append('\n');
    text.append("machine  ").append(hostName()).append('\n');
    long seconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1000;
    text.append("uptime   ").append(seconds).append(" s\n\n");
    pages.forEach((name, page) ->
        text.append(PATH).append(name).append("  ").append(page.what()).append('\n'));
    return text.toString();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private HttpResponse json() {
    return HttpResponse.json(200, DerperNames.json(readings.get()));
  }

  private HttpResponse prometheus() {
    return new HttpResponse(200, PROMETHEUS, bytes(DerperNames.text(readings.get(), version)));
  }

  private static HttpResponse collect() {
    long before = used();
    System.gc();
    return text("heap in use: " + before + " bytes before, " + used() + " after\n");
  }

  private static long used() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static String threads() {
    var text = new StringBuilder();
    for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
      text.append(thread);
    }
    return text.toString();
  }

  /// The Java machine's own histogram, which `jcmd` would print too.
  private static String heap() {
    try {
      var bean = new javax.management.ObjectName("com.sun.management:type=DiagnosticCommand");
      Object histogram =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  bean,
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      return String.valueOf(histogram);
    } catch (javax.management.JMException e) {
      return "this Java machine has no histogram: " + e.getMessage() + "\n";
    }
  }

  static HttpResponse text(String text) {
    return new HttpResponse(
        200,
        Map.of("Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"),
        bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
