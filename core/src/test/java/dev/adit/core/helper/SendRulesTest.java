package dev.adit.core.helper;

import static dev.adit.core.helper.SendRules.Verdict.DATA;
import static dev.adit.core.helper.SendRules.Verdict.NOT_ALLOWED;
import static dev.adit.core.helper.SendRules.Verdict.PROBE;
import static dev.adit.core.helper.SendRules.Verdict.TOO_LONG;
import static dev.adit.core.helper.SendRules.Verdict.TOO_MANY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// RR-24.
class SendRulesTest {
  private static final long SECOND = 1_000_000_000L;

  private final SendRules rules = new SendRules();
  private long now;

  private SendRules.Verdict judge(String beginning, int length) {
    byte[] payload = Arrays.copyOf(HexFormat.of().parseHex(beginning), length);
    return rules.judge(payload, now += SECOND);
  }

  @Test
  void whatIsOursIsMarkedAsAProbe() {
    assertThat(judge("f561647001000028", 40)).isEqualTo(PROBE);
    assertThat(judge("f561646501000028", 1_500)).isEqualTo(PROBE);
    assertThat(judge("000100002112a442", 20)).isEqualTo(PROBE);
  }

  @Test
  void whatIsWireGuardsIsMarkedAsItDoes() {
    assertThat(judge("01000000", 148)).isEqualTo(DATA);
    assertThat(judge("02000000", 92)).isEqualTo(DATA);
    assertThat(judge("03000000", 64)).isEqualTo(DATA);
    assertThat(judge("04000000", 32)).isEqualTo(DATA);
    assertThat(judge("04000000", 1_500)).isEqualTo(DATA);
  }

  @Test
  void anythingElseIsNotSent() {
    assertThat(judge("", 0)).isEqualTo(NOT_ALLOWED);
    assertThat(judge("f5616470", 4)).isEqualTo(NOT_ALLOWED);
    assertThat(judge("01000000", 147)).isEqualTo(NOT_ALLOWED);
    assertThat(judge("05000000", 64)).isEqualTo(NOT_ALLOWED);
    assertThat(judge("00008180000100", 64)).isEqualTo(NOT_ALLOWED); // DNS
    assertThat(judge("000100002112a443", 20)).isEqualTo(NOT_ALLOWED);
    assertThat(judge("f561647001000028", 1_501)).isEqualTo(TOO_LONG);
    assertThat(judge("04000000", 1_501)).isEqualTo(TOO_LONG);
  }

  @Test
  void atMost600AreSentInAnySecondWhateverTheyAre() {
    Random random = new Random(3);
    byte[] probe = Arrays.copyOf(HexFormat.of().parseHex("f561647001000028"), 40);
    byte[] data = Arrays.copyOf(new byte[] {4}, 96);
    List<Long> sent = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      now += random.nextLong(i % 3_000 < 1_500 ? 2_000_000 : 6_000_000);
      if (rules.judge(i % 2 == 0 ? probe : data, now).isSent()) {
        sent.add(now);
      }
    }
    assertThat(sent).hasSizeGreaterThan(1_200);
    for (int i = SendRules.PER_SECOND; i < sent.size(); i++) {
      assertThat(sent.get(i) - sent.get(i - SendRules.PER_SECOND)).isGreaterThanOrEqualTo(SECOND);
    }
  }

  @Test
  void whatIsRefusedForItsBytesCostsNoneOfThe600() {
    byte[] bad = new byte[40];
    byte[] probe = Arrays.copyOf(HexFormat.of().parseHex("f561647001000028"), 40);
    for (int i = 0; i < 1_000; i++) {
      assertThat(rules.judge(bad, now)).isEqualTo(NOT_ALLOWED);
    }
    for (int i = 0; i < SendRules.PER_SECOND; i++) {
      assertThat(rules.judge(probe, now)).isEqualTo(PROBE);
    }
    assertThat(rules.judge(probe, now)).isEqualTo(TOO_MANY);
    assertThat(rules.judge(probe, now + SECOND)).isEqualTo(PROBE);
  }

  @Test
  void onlyPrivateRangesAndAddressesInThemAreAllowed() {
    List<IpAddress> own = List.of(IpAddress.literal("10.77.0.1"));
    assertThat(network(own, "10.77.0.0/18", "fd12::/48")).isNull();
    assertThat(network(List.of(), "100.64.0.0/10")).isNull();
    assertThat(network(List.of(), "0.0.0.0/0")).isEqualTo("a range that is not private");
    assertThat(network(List.of(), "8.0.0.0/8")).isEqualTo("a range that is not private");
    assertThat(network(List.of(), "8.8.8.8/32")).isEqualTo("a range that is not private");
    assertThat(network(List.of(), "2000::/3")).isEqualTo("a range that is not private");
    assertThat(network(own, "10.78.0.0/18")).isEqualTo("an address outside its ranges");

    List<Prefix> ranges = List.of(Prefix.literal("10.77.0.0/18"));
    assertThat(NetworkRules.refusal(10_001, own, ranges)).isNull();
    assertThat(NetworkRules.refusal(0, own, ranges)).isNotNull();
    assertThat(NetworkRules.refusal(10_001, List.of(IpAddress.literal("9.9.9.9")), ranges))
        .isEqualTo("a peer's address outside the ranges");
  }

  private static @Nullable String network(List<IpAddress> addresses, String... ranges) {
    List<Prefix> prefixes = Arrays.stream(ranges).map(Prefix::literal).toList();
    return NetworkRules.refusal(new HelperRequest.Network(true, addresses, prefixes));
  }
}
