package dev.adit.core.netcheck;

import static dev.adit.core.netcheck.SimulatedSite.A1;
import static dev.adit.core.netcheck.SimulatedSite.A2;
import static dev.adit.core.netcheck.SimulatedSite.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.netcheck.NatVerdict.Certainty;
import dev.adit.core.netcheck.NatVerdict.Gap;
import dev.adit.core.netcheck.NatVerdict.Hairpin;
import dev.adit.core.netcheck.NetCheck.Output;
import dev.adit.core.stun.AlternateEndpoints;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every leaf of the decision tree (nat-traversal §1.6), and what is said where something cannot be
/// measured (§1.7).
final class NatVerdictTest {
  private final SimulatedSite site = new SimulatedSite();

  @Test
  void open() {
    site.nat = false;
    site.filtering = NatFiltering.EIF;
    measured(NatClass.OPEN);
    assertThat(site.verdict().hairpin()).isEqualTo(Hairpin.UNKNOWN);
  }

  @Test
  void firewall() {
    site.nat = false;
    for (NatFiltering filtering : List.of(NatFiltering.ADF, NatFiltering.APDF)) {
      site.filtering = filtering;
      measured(NatClass.FIREWALL);
      assertThat(site.verdict().filtering()).isEqualTo(filtering);
      site.check.linkChanged(site.now);
    }
  }

  @Test
  void fullCone() {
    site.filtering = NatFiltering.EIF;
    site.hairpin = true;
    measured(NatClass.FULL_CONE);
    assertThat(site.verdict().hairpin()).isEqualTo(Hairpin.EXTERNAL);
  }

  @Test
  void addressRestricted() {
    site.filtering = NatFiltering.ADF;
    measured(NatClass.ADDRESS_RESTRICTED);
    assertThat(site.verdict().hairpin()).isEqualTo(Hairpin.NO);
  }

  @Test
  void portRestricted() {
    measured(NatClass.PORT_RESTRICTED);
    assertThat(site.check.wakeAt()).as("nothing left to do").isEqualTo(NetCheck.NEVER);
  }

  @Test
  void symmetricWithRandomPorts() {
    site.mapping = NatMapping.APDM;
    measured(NatClass.SYMMETRIC);
    assertThat(site.verdict().mapping()).isEqualTo(NatMapping.APDM);
    assertThat(site.verdict().filtering()).isEqualTo(NatFiltering.APDF);
    assertThat(site.verdict().allocation()).isEqualTo(NatAllocation.RANDOM);
  }

  @Test
  void symmetricWithSequentialPorts() {
    site.mapping = NatMapping.APDM;
    site.allocation = NatAllocation.SEQUENTIAL;
    site.step = 2;
    measured(NatClass.SYMMETRIC);
    assertThat(site.verdict().allocation()).isEqualTo(NatAllocation.SEQUENTIAL);
    assertThat(site.verdict().step()).isEqualTo(2);
  }

  @Test
  void symmetricThatPreservesPortsUntilTheyCollide() {
    site.mapping = NatMapping.APDM;
    site.allocation = NatAllocation.PRESERVING;
    measured(NatClass.SYMMETRIC);
    assertThat(site.verdict().allocation()).isEqualTo(NatAllocation.PRESERVING);
  }

  @Test
  void addressDependentMapping() {
    site.mapping = NatMapping.ADM;
    measured(NatClass.SYMMETRIC);
    assertThat(site.verdict().mapping()).isEqualTo(NatMapping.ADM);
    assertThat(site.check.report().v4().mapping()).isEqualTo(NatMapping.ADM);
  }

  @Test
  void udpBlocked() {
    site.blocked = true;
    measured(NatClass.UDP_BLOCKED);
    assertThat(site.asked)
        .as("port 443, too, before that is said")
        .anyMatch(output -> output instanceof Output.SendStun send && send.to().port() == 443);
    site.blocked = false;
    site.pass(40);
    assertThat(site.verdict().natClass()).as("tested again").isEqualTo(NatClass.PORT_RESTRICTED);
  }

  @Test
  void aSilentServerAloneIsNotBlockedUdp() {
    site.blocked = true;
    assertThat(site.measure(A1).natClass()).isEqualTo(NatClass.UNKNOWN);
    assertThat(site.verdict().gaps()).containsExactly(Gap.ONE_SERVER_SILENT);
  }

  @Test
  void onlyPort443GetsThrough() {
    site.dead.addAll(List.of(A1, A2));
    var _ = site.measure(A1, A2);
    assertThat(site.check.report().v4().udp()).isEqualTo(UdpVerdict.WORKS);
    assertThat(site.verdict().natClass()).isEqualTo(NatClass.EASY_NAT);
    assertThat(site.verdict().gaps()).containsExactly(Gap.NO_SECOND_ADDRESS);
  }

  @Test
  void noAddressOfAFamilyIsNotAskedFor() {
    var _ = site.measure(A1, Endpoint.literal("[2001:db8::1]:3478"));
    assertThat(site.check.report().v6().nat().natClass()).isEqualTo(NatClass.NO_ADDRESS);
    assertThat(site.asked)
        .noneMatch(output -> output instanceof Output.SendStun send && send.to().address().isV6());
  }

  @Test
  void aLostAnswerDoesNotMakeAFilterHarder() {
    site.filtering = NatFiltering.EIF;
    site.loses = 3; // of base 1, then two tries of the other address
    measured(NatClass.FULL_CONE);
  }

  @Test
  void theFilterIsTestedBySocketsThatHaveWrittenToOneEndpointOnly() {
    measured(NatClass.PORT_RESTRICTED);
    assertThat(site.asked)
        .filteredOn(output ->
            output instanceof Output.SendThrowAway send && send.socket().via() == Via.FILTER)
        .isNotEmpty()
        .allMatch(output -> output instanceof Output.SendThrowAway send && send.to().equals(A1));
    assertThat(site.check.report().v4().evidence())
        .filteredOn(one -> one.test() == Evidence.Test.FILTER_OTHER_PORT)
        .allMatch(one -> one.result() == Evidence.Result.SILENT && one.tries() == 3);
  }

  @Test
  void withoutASecondAddressTheFilterIsNotGuessed() {
    site.alternates = AlternateEndpoints.NONE;
    assertThat(site.measure(A1, A2).natClass()).isEqualTo(NatClass.EASY_NAT);
    assertThat(site.verdict().gaps()).containsExactly(Gap.NO_SECOND_ADDRESS);
    assertThat(site.verdict().certainty()).isEqualTo(Certainty.PARTIAL);
  }

  @Test
  void oneAddressAloneTellsOnlyThatThereIsANat() {
    site.alternates = AlternateEndpoints.NONE;
    assertThat(site.measure(A1).natClass()).isEqualTo(NatClass.NAT);
    assertThat(site.verdict().mapping().isHard()).as("treated as easy").isFalse();
    assertThat(site.verdict().gaps()).contains(Gap.ONE_ADDRESS);
    Endpoint peer = Endpoint.literal("192.0.2.77:5000");
    site.check.peerSaw(peer, site.check.report().v4().mapped().getFirst(), site.now);
    site.check.refreshWanted(site.now);
    site.pass(1);
    assertThat(site.verdict().natClass())
        .as("a peer is a second address")
        .isEqualTo(NatClass.EASY_NAT);
  }

  @Test
  void aSecondPortAloneTellsHalf() {
    site.alternates =
        new AlternateEndpoints(3478, List.of(), List.of(Endpoint.literal("0.0.0.0:3479")));
    site.filtering = NatFiltering.ADF;
    assertThat(site.measure(A1, Endpoint.literal("198.51.100.1:3479"), A2).natClass())
        .isEqualTo(NatClass.ADDRESS_RESTRICTED);
    assertThat(site.verdict().gaps()).containsExactly(Gap.SECOND_PORT_ONLY);
    site.filtering = NatFiltering.APDF;
    site.check.linkChanged(site.now);
    site.pass(10);
    assertThat(site.verdict().natClass()).isEqualTo(NatClass.PORT_RESTRICTED);
    assertThat(site.verdict().certainty()).isEqualTo(Certainty.MEASURED);
  }

  @Test
  void silenceOfASecondAddressThatNeverAnswersIsNoProof() {
    site.filtering = NatFiltering.EIF;
    site.dead.addAll(List.of(OTHER, Endpoint.literal("198.51.100.1:3479")));
    assertThat(site.measure(A1, A2).natClass()).isEqualTo(NatClass.PORT_RESTRICTED);
    assertThat(site.verdict().gaps()).containsExactly(Gap.SECOND_SILENT);
    assertThat(site.verdict().certainty()).isEqualTo(Certainty.PARTIAL);
  }

  @Test
  void aPeerThatSeesAnotherEndpointIsSaidSo() {
    measured(NatClass.PORT_RESTRICTED);
    Endpoint peer = Endpoint.literal("192.0.2.77:5000");
    site.check.peerSaw(peer, new Endpoint(SimulatedSite.OUTSIDE, 999), site.now);
    site.check.refreshWanted(site.now);
    site.pass(1);
    assertThat(site.verdict().gaps()).containsExactly(Gap.PEERS_DISAGREE);
    assertThat(site.check.report().v4().evidence())
        .anyMatch(one -> one.test() == Evidence.Test.PEER && one.asked().equals(peer));
  }

  @Test
  void everythingIsMeasuredAgainWhenTheLinkHasChanged() {
    measured(NatClass.PORT_RESTRICTED);
    site.mapping = NatMapping.APDM;
    site.check.linkChanged(site.now);
    site.pass(1);
    assertThat(site.verdict().gaps()).contains(Gap.NOT_YET);
    site.pass(5);
    assertThat(site.verdict().natClass()).isEqualTo(NatClass.SYMMETRIC);
  }

  @Test
  void testsAreRepeatedWhenTheServersBeginToContradictThem() {
    measured(NatClass.PORT_RESTRICTED);
    site.check.activityChanged(true, site.now);
    site.mapping = NatMapping.APDM;
    site.pass(60);
    assertThat(site.verdict().mapping()).as("at once").isEqualTo(NatMapping.APDM);
    assertThat(site.verdict().allocation()).isEqualTo(NatAllocation.UNKNOWN);
    site.pass(600);
    assertThat(site.verdict().allocation()).isEqualTo(NatAllocation.RANDOM);
    assertThat(site.verdict().certainty()).isEqualTo(Certainty.MEASURED);
  }

  @Test
  void asksNobodyWithoutEndWhenEveryServerWantsToBeLeftAlone() {
    site.dead.addAll(List.of(A1, A2));
    var _ = site.measure(A1, A2);
    site.asked.clear();
    site.pass(20);
    assertThat(site.asked).hasSizeLessThan(100);
  }

  private void measured(NatClass expected) {
    assertThat(site.measure(A1, A2).natClass()).isEqualTo(expected);
    assertThat(site.verdict().gaps()).isEmpty();
    assertThat(site.verdict().certainty()).isEqualTo(Certainty.MEASURED);
  }
}
