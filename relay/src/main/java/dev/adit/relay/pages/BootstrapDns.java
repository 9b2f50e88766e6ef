package dev.adit.relay.pages;

import dev.adit.net.dns.DnsLookup;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.pages.BootstrapTable.Hidden;
import dev.adit.relay.pages.BootstrapTable.Outcome;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/bootstrap-dns`: tells clients whose DNS does not work where to find what they need (derp
/// §2.7). Thread-safe.
///
/// Names are looked up at start and every 10 minutes, within one minute; one that is not found is
/// left out until the next time.
public final class BootstrapDns implements HttpHandler, AutoCloseable, Readings.Source {
  static final int REFRESH_MINUTES = 10;
  private static final int BUDGET_SECONDS = 60;
  private static final int MOST_REMEMBERED = 500;

  private static final Logger LOG = LoggerFactory.getLogger(BootstrapDns.class);

  private final List<BootstrapName> published;
  private final List<BootstrapName> unpublished;
  private final DnsLookup lookup;
  private final RandomGenerator random;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("bootstrap-dns").factory());
  private final Counts<Outcome> outcomes = new Counts<>(Outcome.class);
  private final Set<String> asked = new HashSet<>(); // guarded by itself
  private volatile BootstrapTable table = BootstrapTable.EMPTY;

  private BootstrapDns(
      List<BootstrapName> published,
      List<BootstrapName> unpublished,
      DnsLookup lookup,
      RandomGenerator random) {
    this.published = List.copyOf(published);
    this.unpublished = List.copyOf(unpublished);
    this.lookup = lookup;
    this.random = random;
  }

  /// Begins to look up; nothing is known before the first answers.
  ///
  /// @param published told to everybody
  /// @param unpublished told to whoever asks for it by name, and is among the percentage
  /// @param random thread-safe
  public static BootstrapDns open(
      List<BootstrapName> published,
      List<BootstrapName> unpublished,
      DnsLookup lookup,
      RandomGenerator random) {
    var dns = new BootstrapDns(published, unpublished, lookup, random);
    var _ = dns.timer.scheduleWithFixedDelay(dns::refresh, 0, REFRESH_MINUTES, TimeUnit.MINUTES);
    return dns;
  }

  /// Looks everything up, in at most a minute.
  void refresh() {
    List<Callable<Found>> questions = new ArrayList<>();
    published.forEach(name -> questions.add(() -> find(name)));
    unpublished.forEach(name -> questions.add(() -> find(name)));
    Map<String, List<IpAddress>> open = new HashMap<>();
    Map<String, Hidden> hidden = new HashMap<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = threads.invokeAll(questions, BUDGET_SECONDS, TimeUnit.SECONDS);
      for (int i = 0; i < answers.size(); i++) {
        var found = found(answers.get(i));
        if (i >= published.size()) {
          var name = unpublished.get(i - published.size());
          hidden.put(name.name(), found == null ? new Hidden(List.of(), 0) : found.hidden());
        } else if (found != null) {
          List<IpAddress> shuffled = new ArrayList<>(found.addresses());
          Collections.shuffle(shuffled, new Random(random.nextLong()));
          open.put(found.name(), List.copyOf(shuffled));
        }
      }
      table = new BootstrapTable(open, hidden);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is being closed
    } catch (RuntimeException e) { // or there would be no next time
      LOG.debug("bootstrap names could not be looked up", e);
    }
  }

  private record Found(String name, List<IpAddress> addresses, int percent) {
    Hidden hidden() {
      return new Hidden(addresses, percent);
    }
  }

  private Found find(BootstrapName name) throws IOException {
    var addresses = List.copyOf(lookup.addresses(name.name()));
    return new Found(
        name.name(), addresses, name.rollout() == null ? 100 : percent(name.rollout()));
  }

  private static @Nullable Found found(Future<Found> answer) throws InterruptedException {
    try {
      return answer.isCancelled() ? null : answer.get();
    } catch (ExecutionException e) {
      LOG.debug("a bootstrap name was not found", e);
      return null;
    }
  }

  private int percent(String rollout) {
    try {
      for (String text : lookup.texts(rollout)) {
        String digits = text.replace("\"", "").strip();
        boolean number = !digits.isEmpty() && digits.length() <= 3;
        if (number && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
          int percent = Integer.parseInt(digits);
          return percent <= 100 ? percent : 0;
        }
      }
    } catch (IOException e) {
      LOG.debug("a rollout percentage was not found", e);
    }
    return 0;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    String query = query(request.query());
    var now = table;
    var client = request.peer() == null ? null : request.peer().address();
    var outcome = now.ask(query, client, random);
    outcomes.count(outcome);
    remember(query);
    return Pages.inBrowser(
        200,
        Map.of("Content-Type", "application/json", "Connection", "close"),
        query != null && outcome == Outcome.UNPUBLISHED_HIT ? now.hidden(query) : now.everybodys());
  }

  private static @Nullable String query(@Nullable String query) {
    if (query == null) {
      return null;
    }
    for (String parameter : query.split("&", -1)) {
      if (parameter.startsWith("q=") && parameter.length() > 2) {
        try {
          return URLDecoder.decode(parameter.substring(2), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
          return null;
        }
      }
    }
    return null;
  }

  private void remember(@Nullable String query) {
    if (query == null || query.length() > 253) {
      return;
    }
    synchronized (asked) {
      if (asked.size() >= MOST_REMEMBERED) {
        asked.clear();
      }
      asked.add(query);
    }
  }

  @Override
  public void read(Readings into) {
    into.counters(
        "adit_bootstrap_dns_requests_total",
        "Requests for /bootstrap-dns, by what came of them.",
        "outcome",
        Outcome.values(),
        outcome -> outcome.sentence,
        outcomes::value);
    int different;
    synchronized (asked) {
      different = asked.size();
    }
    into.gauge(
        "adit_bootstrap_dns_names_asked",
        "Different names asked for; begins anew after 500.",
        different);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
