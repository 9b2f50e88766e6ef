package dev.adit.core.netcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.netcheck.NetCheck.Output;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatMapping;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NetCheckTest {
  private static final Endpoint ONE = Endpoint.literal("192.0.2.1:3478");
  private static final Endpoint TWO = Endpoint.literal("198.51.100.1:3478");
  private static final Endpoint TWO_B = Endpoint.literal("198.51.100.1:40000");
  private static final Endpoint SIX = Endpoint.literal("[2001:db8::1]:3478");
  private static final Endpoint MAPPED = Endpoint.literal("203.0.113.2:41000");
  private static final Endpoint OTHER = Endpoint.literal("203.0.113.2:41001");

  private final NetCheck check = new NetCheck(new Random(1));
  private long now = 1_000_000_000L;

  @Test
  void asksEveryServerAtOnceAndTellsWhatTheySaw() {
    servers(ONE, TWO);
    List<Output.SendStun> requests = sent();
    assertThat(requests).extracting(Output.SendStun::to).containsExactly(ONE, TWO);
    now += ms(20);
    answer(requests.get(0), MAPPED);
    List<Output> first = drain();
    assertThat(first).hasSize(2);
    assertThat(first.get(0)).isInstanceOf(Output.Changed.class);
    assertThat(first.get(1)).isEqualTo(new Output.Settled());
    assertThat(check.report().v4().mapped()).containsExactly(MAPPED);
    assertThat(check.report().v4().mapping()).isEqualTo(NatMapping.UNKNOWN);
    answer(requests.get(1), MAPPED);
    assertThat(check.report().v4().mapping()).isEqualTo(NatMapping.EIM);
    assertThat(check.report().v4().udp()).isEqualTo(UdpVerdict.WORKS);
    assertThat(check.wakeAt()).as("the behaviour tests").isEqualTo(now + NetCheck.SECOND);
  }

  @Test
  void believesNoAddressThatCannotBeOurs() {
    for (String impossible :
        List.of("203.0.113.2:0", "0.0.0.0:9", "224.0.0.1:9", "[2001:db8::2]:9")) {
      servers(ONE);
      answer(sent().getLast(), Endpoint.literal(impossible));
      assertThat(check.report().v4().mapped()).isEmpty();
      now += ms(30_000);
      check.refreshWanted(now);
    }
  }

  @Test
  void callsANatHardWhenTwoServersSeeDifferentPorts() {
    servers(ONE, TWO);
    List<Output.SendStun> requests = sent();
    now += ms(5);
    answer(requests.get(0), MAPPED);
    now += ms(5);
    answer(requests.get(1), OTHER);
    assertThat(check.report().v4().mapping()).isEqualTo(NatMapping.APDM);
    assertThat(check.report().v4().mapped())
        .as("only the nearest server's")
        .containsExactly(MAPPED);
    assertThat(
            OwnCandidates.of(
                List.of(Endpoint.literal("10.0.0.5:30000")), List.of(), check.report()))
        .contains(
            new Candidate.Address(CandidateKind.GUESS, Endpoint.literal("203.0.113.2:30000")));
  }

  @Test
  void tellsAddressDependentFromPortDependentByTwoPortsOfOneAddress() {
    servers(ONE, TWO, TWO_B);
    List<Output.SendStun> requests = sent();
    answer(requests.get(0), MAPPED);
    answer(requests.get(1), OTHER);
    answer(requests.get(2), OTHER);
    assertThat(check.report().v4().mapping()).isEqualTo(NatMapping.ADM);
  }

  @Test
  void retransmitsQuicklyAndGivesUpAfter1600Milliseconds() {
    servers(ONE);
    long start = now;
    List<Long> times = new ArrayList<>();
    sent().forEach(first -> times.add(0L));
    while (now - start < ms(1_600)) {
      now = check.wakeAt();
      check.timeReached(now);
      for (Output output : drain()) {
        if (output instanceof Output.SendStun) {
          times.add((now - start) / 1_000_000);
        }
      }
    }
    assertThat(times).startsWith(0L, 100L, 200L, 400L, 800L);
    assertThat(times.subList(5, times.size()))
        .as("asked again, and on port 443, too")
        .containsExactly(1_600L, 1_600L);
  }

  @Test
  void declaresUdpBlockedOnlyAfterThreeSecondsOfSilenceFromTwoServers() {
    servers(ONE, TWO);
    runUntil(ms(2_900) + now);
    assertThat(check.report().v4().udp()).isNotEqualTo(UdpVerdict.BLOCKED);
    runUntil(ms(500) + now);
    assertThat(check.report().v4().udp()).isEqualTo(UdpVerdict.BLOCKED);
    assertThat(check.report().v6().udp()).isEqualTo(UdpVerdict.UNKNOWN);
    assertThat(check.wakeAt() - now).as("tested again").isBetween(ms(29_000), ms(30_000));
    check.peerSaw(Endpoint.literal("203.0.113.99:9"), MAPPED, now);
    assertThat(sent()).as("a probe came through: asked at once, on port 443 too").hasSize(4);
  }

  @Test
  void oneSilentServerProvesNothing() {
    servers(ONE);
    runUntil(ms(3_500) + now);
    assertThat(check.report().v4().udp()).isEqualTo(UdpVerdict.NO_ANSWER);
  }

  @Test
  void refusesAnswersFromElsewhereWithOtherIdsOrWithoutFingerprint() {
    servers(ONE);
    Output.SendStun request = sent().getFirst();
    byte[] good = response(request, MAPPED, true);
    assertThat(receive(TWO, good)).isFalse();
    assertThat(receive(ONE, response(request, MAPPED, false))).isFalse();
    byte[] otherId = good.clone();
    otherId[19] ^= 1;
    assertThat(receive(ONE, otherId)).isFalse();
    assertThat(receive(ONE, good)).isTrue();
    assertThat(receive(ONE, good)).as("twice").isFalse();
  }

  @Test
  void asksPeriodicallyOnlyWhileActive() {
    servers(ONE);
    answer(sent().getFirst(), MAPPED);
    runUntil(now + 5 * NetCheck.SECOND); // the behaviour tests end
    assertThat(check.wakeAt()).isEqualTo(NetCheck.NEVER);
    check.activityChanged(true, now);
    assertThat(check.wakeAt() - now).isBetween(ms(20_000), ms(26_000));
    now = check.wakeAt();
    check.timeReached(now);
    answer(sent().getFirst(), OTHER);
    assertThat(check.report().v4().mapped()).containsExactly(OTHER);
    check.activityChanged(false, now);
    assertThat(check.wakeAt()).isEqualTo(NetCheck.NEVER);
    now += 30 * NetCheck.SECOND;
    check.activityChanged(true, now);
    assertThat(sent()).as("no longer fresh").hasSize(1);
  }

  @Test
  void backsOffFromAServerThatAnswersWithAnError() {
    servers(ONE, TWO);
    List<Output.SendStun> requests = sent();
    receive(ONE, error(requests.getFirst(), 500));
    answer(requests.getLast(), MAPPED);
    check.refreshWanted(now);
    assertThat(sent()).extracting(Output.SendStun::to).containsExactly(TWO);
  }

  @Test
  void restsWhenEveryServerAnswersWithAnError() {
    servers(ONE);
    receive(ONE, error(sent().getFirst(), 500));
    now = check.wakeAt();
    check.timeReached(now);
    sent().forEach(request -> receive(request.to(), error(request, 500)));
    check.timeReached(now);
    assertThat(check.wakeAt() - now).isGreaterThan(ms(20_000));
  }

  @Test
  void keepsTheFamiliesApart() {
    servers(ONE, SIX);
    List<Output.SendStun> requests = sent();
    Endpoint mapped6 = Endpoint.literal("[2001:db8:1::5]:30000");
    answer(requests.get(1), mapped6);
    assertThat(check.report().v6().mapped()).containsExactly(mapped6);
    assertThat(check.report().v4().mapped()).isEmpty();
    assertThat(OwnCandidates.of(List.of(mapped6), List.of(), check.report()))
        .as("a mapped address of our own is a HOST")
        .containsExactly(new Candidate.Address(CandidateKind.HOST, mapped6));
  }

  private void servers(Endpoint... endpoints) {
    List<StunServer> servers = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      servers.add(new StunServer(endpoint, true));
    }
    check.serversChanged(servers, now);
  }

  private List<Output.SendStun> sent() {
    List<Output.SendStun> sent = new ArrayList<>();
    for (Output output : drain()) {
      if (output instanceof Output.SendStun send) {
        sent.add(send);
      }
    }
    return sent;
  }

  private List<Output> drain() {
    List<Output> all = new ArrayList<>();
    for (Output next = check.poll(); next != null; next = check.poll()) {
      all.add(next);
    }
    return all;
  }

  private void runUntil(long end) {
    while (check.wakeAt() <= end) {
      now = check.wakeAt();
      check.timeReached(now);
    }
    now = end;
    drain();
  }

  private void answer(Output.SendStun request, Endpoint mapped) {
    assertThat(receive(request.to(), response(request, mapped, true))).isTrue();
  }

  private boolean receive(Endpoint from, byte[] bytes) {
    return check.datagramReceived(from, bytes, 0, bytes.length, now);
  }

  private static byte[] response(Output.SendStun request, Endpoint mapped, boolean fingerprint) {
    return reply(
        request,
        StunMessage.BINDING_SUCCESS,
        new StunAttribute.XorMappedAddress(mapped),
        fingerprint);
  }

  private static byte[] error(Output.SendStun request, int code) {
    return reply(request, StunMessage.BINDING_ERROR, new StunAttribute.ErrorCode(code, ""), true);
  }

  private static byte[] reply(
      Output.SendStun request, int type, StunAttribute attribute, boolean fingerprint) {
    try {
      var id = StunMessage.decode(request.bytes()).id();
      return new StunMessage(type, id, List.of(attribute), fingerprint).encode();
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static long ms(long milliseconds) {
    return milliseconds * 1_000_000;
  }
}
