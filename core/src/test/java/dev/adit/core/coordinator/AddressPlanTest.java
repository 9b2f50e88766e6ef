package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddressPlanTest {
  @Test
  void aNewPlanIsAnEighteenOfTenAndAUlaAndDiffersEachTime() {
    var random = new Random(3);
    var one = AddressPlan.random(random, List.of());
    var two = AddressPlan.random(random, List.of());

    assertThat(one.v4().length()).isEqualTo(18);
    assertThat(Prefix.literal("10.0.0.0/8").contains(one.v4().address())).isTrue();
    assertThat(Prefix.literal("fd00::/8").contains(one.v6().address())).isTrue();
    assertThat(one).isNotEqualTo(two);
  }

  @Test
  void whatTheMachineUsesIsAvoidedAndDefaultRoutesAreNot() {
    var used = new ArrayList<Prefix>();
    used.add(Prefix.literal("0.0.0.0/0"));
    used.add(Prefix.literal("0.0.0.0/1"));
    used.add(Prefix.literal("10.0.0.0/9"));
    used.add(Prefix.literal("10.128.0.0/10"));
    used.add(Prefix.literal("10.192.0.0/11"));
    used.add(Prefix.literal("10.224.0.0/12"));
    used.add(Prefix.literal("10.240.0.0/13"));
    used.add(Prefix.literal("10.248.0.0/14"));
    used.add(Prefix.literal("10.252.0.0/15"));
    used.add(Prefix.literal("10.254.0.0/16"));
    used.add(Prefix.literal("10.255.0.1/32"));
    used.add(Prefix.literal("10.255.64.0/17"));

    assertThat(AddressPlan.random(new Random(1), used).v4())
        .isEqualTo(Prefix.literal("10.255.128.0/18"));
  }

  @Test
  void aMachineThatRoutesAllOfTenGetsAnotherPrivateRange() {
    var plan = AddressPlan.random(new Random(1), List.of(Prefix.literal("10.0.0.0/8")));
    assertThat(Prefix.literal("172.16.0.0/12").contains(plan.v4().address())).isTrue();
  }

  @Test
  void hostNumbersAndAddressesBelongTogether() {
    var plan = new AddressPlan(Prefix.literal("10.77.64.0/18"), Prefix.literal("fd00:1:2::/48"));
    for (long host : new long[] {1, 2, 255, 256, 16_382}) {
      for (IpAddress address : plan.addresses(host)) {
        assertThat(plan.hostOf(address)).isEqualTo(host);
      }
    }
    assertThat(plan.lastHost()).isEqualTo(16_382);
    assertThat(plan.hostOf(IpAddress.literal("10.77.64.0"))).isZero();
    assertThat(plan.hostOf(IpAddress.literal("10.77.127.255"))).isZero();
    assertThat(plan.hostOf(IpAddress.literal("10.77.128.1"))).isZero();
    assertThat(plan.hostOf(IpAddress.literal("fd00:1:2:2::1"))).isZero();
    assertThat(plan.hostOf(IpAddress.literal("fd00:1:2:1:0:1::1"))).isZero();
  }
}
