package dev.adit.core.netcheck;

import dev.adit.core.netcheck.Evidence.Result;
import dev.adit.core.netcheck.Evidence.Test;
import dev.adit.core.netcheck.NatVerdict.Hairpin;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.stun.StunAttribute;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The behaviour tests of RFC 5780 for one address family (nat-traversal §1.5), once. Confined to
/// its [NetCheck].
///
/// ```
///   data port  → A1:P1 A2:P1 A2:P2 A1:P2   whom does each see?             at once
///   throw-away → A1:P1                     opens the filter for that alone
///              → A1:P1, answer from A2:P2  let in: everybody is
///              → A1:P1, answer from A1:P2  let in: that address is
///   another    → all four                  how does a hard NAT choose ports?
///              → the first one's mapping   does it come back?
/// ```
///
/// A server with a second port alone is asked for that; another one for nothing.
final class NatTests {
  private enum Stage {
    BASE,
    OTHER_ADDRESS,
    OTHER_PORT,
    LAST,
    DONE
  }

  private final Endpoint server;
  private final @Nullable Endpoint other;
  private final List<Endpoint> hosts;
  private final RandomGenerator random;
  private final List<Exchange> exchanges = new ArrayList<>();
  private Stage stage = Stage.BASE;
  private @Nullable Exchange asked;
  private int localPortOfSecond;

  /// @param other the server's other address and port, or null
  /// @param hosts our own addresses: what is seen at one of them passes no NAT
  NatTests(
      Endpoint server, @Nullable Endpoint other, List<Endpoint> hosts, RandomGenerator random) {
    this.hosts = hosts;
    this.server = server;
    this.other = other;
    this.random = random;
    map(server);
    if (other != null) {
      map(new Endpoint(other.address(), server.port()));
      map(other);
      map(new Endpoint(server.address(), other.port()));
    }
    asked = Exchange.stun(Test.FILTER_BASE, Via.FILTER, server, server, random);
    exchanges.add(asked);
  }

  private void map(Endpoint at) {
    exchanges.add(Exchange.stun(Test.MAPPING, Via.DATA, at, at, random));
  }

  /// What is to be sent now.
  List<Exchange> timeReached(long now) {
    List<Exchange> due = new ArrayList<>();
    advance();
    for (Exchange exchange : List.copyOf(exchanges)) {
      if (exchange.timeReached(now)) {
        due.add(exchange);
      }
    }
    if (advance()) {
      due.addAll(timeReached(now));
    }
    return due;
  }

  long wakeAt() {
    long wake = NetCheck.NEVER;
    for (Exchange exchange : exchanges) {
      wake = Math.min(wake, exchange.dueAt());
    }
    return wake;
  }

  boolean isDone() {
    return stage == Stage.DONE;
  }

  /// @param localPort of the socket; only that of a throw-away one counts
  /// @return true if it answered one of the questions
  boolean received(
      Via via, int localPort, Endpoint source, byte[] bytes, int offset, int length, long now) {
    if (via == Via.SECOND) {
      localPortOfSecond = localPort;
    }
    for (Exchange exchange : exchanges) {
      // What is sent by the second socket to the first one's mapping comes back to the first.
      Via back = exchange.test == Test.HAIRPIN ? Via.FILTER : exchange.via;
      if (back == via && exchange.received(source, bytes, offset, length, now)) {
        return true;
      }
    }
    return false;
  }

  /// Goes on where the question of this stage is decided.
  ///
  /// @return true if there may be something to send
  private boolean advance() {
    Stage before = stage;
    Exchange last = asked;
    if (last != null && !last.isWaiting()) {
      asked = null;
      switch (stage) {
        case BASE -> {
          if (last.result == Result.ANSWERED) {
            ask(other == null ? Stage.OTHER_PORT : Stage.OTHER_ADDRESS);
          } else {
            stage = Stage.LAST;
          }
        }
        case OTHER_ADDRESS -> {
          if (last.result == Result.ANSWERED) {
            stage = Stage.LAST;
          } else {
            ask(Stage.OTHER_PORT);
          }
        }
        case OTHER_PORT, LAST, DONE -> stage = Stage.LAST;
      }
      if (stage == Stage.LAST) {
        beginLast();
      }
    }
    if (stage == Stage.LAST && exchanges.stream().noneMatch(Exchange::isWaiting)) {
      stage = Stage.DONE;
    }
    return stage != before && stage != Stage.DONE;
  }

  private void ask(Stage next) {
    stage = next;
    boolean address = next == Stage.OTHER_ADDRESS;
    Endpoint from =
        address && other != null
            ? other
            : new Endpoint(server.address(), other == null ? 0 : other.port());
    asked =
        Exchange.stun(
            address ? Test.FILTER_OTHER_ADDRESS : Test.FILTER_OTHER_PORT,
            Via.FILTER,
            server,
            from,
            random,
            new StunAttribute.ChangeRequest(address, true));
    exchanges.add(asked);
  }

  private void beginLast() {
    List<Endpoint> all = new ArrayList<>(List.of(server));
    if (other != null) {
      all.add(new Endpoint(server.address(), other.port()));
      all.add(new Endpoint(other.address(), server.port()));
      all.add(other);
      if (!mapped(all.get(2), all.get(2)).equals(mapped(server, all.get(2)))) {
        all.forEach(
            at -> exchanges.add(Exchange.stun(Test.ALLOCATION, Via.SECOND, at, at, random)));
      }
    }
    Exchange base = of(Test.FILTER_BASE, server);
    if (base != null && base.mapped != null && !isOwn(base.mapped)) {
      exchanges.add(Exchange.echo(base.mapped, random));
    }
  }

  private boolean isOwn(Endpoint endpoint) {
    return hosts.stream().anyMatch(host -> host.address().equals(endpoint.address()));
  }

  private Endpoint mapped(Endpoint at, Endpoint otherwise) {
    Endpoint known = mapped(at);
    return known == null ? otherwise : known;
  }

  /// Where the data port was seen by this endpoint of the server; null if it did not answer.
  @Nullable Endpoint mapped(Endpoint at) {
    Exchange exchange = of(Test.MAPPING, at);
    return exchange == null ? null : exchange.mapped;
  }

  private @Nullable Exchange of(Test test, Endpoint at) {
    for (Exchange exchange : exchanges) {
      if (exchange.test == test && exchange.to.equals(at)) {
        return exchange;
      }
    }
    return null;
  }

  private Result result(Test test) {
    Exchange exchange = of(test, server);
    return exchange == null ? Result.REFUSED : exchange.result;
  }

  /// What the data port's questions brought.
  List<MappingSample> samples() {
    List<MappingSample> samples = new ArrayList<>();
    for (Exchange exchange : exchanges) {
      if (exchange.test == Test.MAPPING && exchange.mapped != null) {
        samples.add(new MappingSample(exchange.to, exchange.mapped));
      }
    }
    return samples;
  }

  /// Whom the filter lets in; see [#gaps] for how sure that is.
  NatFiltering filtering() {
    if (result(Test.FILTER_OTHER_ADDRESS) == Result.ANSWERED) {
      return NatFiltering.EIF;
    }
    return switch (result(Test.FILTER_OTHER_PORT)) {
      case ANSWERED -> NatFiltering.ADF;
      case SILENT -> NatFiltering.APDF;
      case WAITING, REFUSED -> NatFiltering.UNKNOWN;
    };
  }

  /// @param secondPortAnswers another port of the server's address has answered the data port
  Set<NatVerdict.Gap> gaps(boolean secondPortAnswers) {
    Set<NatVerdict.Gap> gaps = EnumSet.noneOf(NatVerdict.Gap.class);
    NatFiltering filtering = filtering();
    if (filtering == NatFiltering.UNKNOWN) {
      gaps.add(NatVerdict.Gap.NO_SECOND_ADDRESS);
    } else if (other == null) {
      if (filtering == NatFiltering.ADF) {
        gaps.add(NatVerdict.Gap.SECOND_PORT_ONLY);
      } else if (!secondPortAnswers) {
        gaps.add(NatVerdict.Gap.SECOND_SILENT);
      }
    } else {
      boolean portSilent =
          filtering == NatFiltering.APDF
              && mapped(new Endpoint(server.address(), other.port())) == null;
      if (filtering != NatFiltering.EIF && mapped(other) == null || portSilent) {
        gaps.add(NatVerdict.Gap.SECOND_SILENT);
      }
    }
    return gaps;
  }

  Hairpin hairpin() {
    Exchange base = of(Test.FILTER_BASE, server);
    for (Exchange exchange : exchanges) {
      if (exchange.test == Test.HAIRPIN) {
        Endpoint from = exchange.answeredFrom();
        if (from == null || base == null || base.mapped == null) {
          return exchange.isWaiting() ? Hairpin.UNKNOWN : Hairpin.NO;
        }
        return from.address().equals(base.mapped.address()) ? Hairpin.EXTERNAL : Hairpin.INTERNAL;
      }
    }
    return Hairpin.UNKNOWN;
  }

  /// The ports that a fresh socket was given, in the order in which it asked.
  PortAllocation allocation() {
    List<Integer> ports = new ArrayList<>();
    for (Exchange exchange : exchanges) {
      if (exchange.test == Test.ALLOCATION && exchange.mapped != null) {
        ports.add(exchange.mapped.port());
      }
    }
    return PortAllocation.of(ports, localPortOfSecond);
  }

  List<Evidence> evidence() {
    return exchanges.stream().map(Exchange::evidence).toList();
  }
}
