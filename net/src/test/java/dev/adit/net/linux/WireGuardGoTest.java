package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WireGuardGoTest {
  @Test
  void findsTheVersionInWhatTheProgramSays() {
    assertThat(WireGuardGo.versionIn("wireguard-go v0.0.20220316\n\nUserspace WireGuard daemon"))
        .isEqualTo("0.0.20220316");
    assertThat(WireGuardGo.versionIn("wireguard-go 0.0.20250522\n")).isEqualTo("0.0.20250522");
    assertThat(WireGuardGo.versionIn("no version 7")).isEmpty();
    assertThat(WireGuardGo.versionIn("")).isEmpty();
  }

  @Test
  void ordersVersionsByTheirNumbers() {
    assertThat(WireGuardGo.compareVersions("0.0.20250522", "0.0.20220316")).isPositive();
    assertThat(WireGuardGo.compareVersions("0.0.9", "0.0.10")).isNegative();
    assertThat(WireGuardGo.compareVersions("0.1", "0.1.0")).isZero();
    assertThat(WireGuardGo.compareVersions("0.1", "")).isPositive();
  }

  @Test
  void readsCapabilities() {
    String status =
        "Name:\tjava\nCapPrm:\t0000000000000000\nCapEff:\t0000000000001000\nSeccomp:\t0";
    assertThat(SystemChecks.hasCapability(status, 12)).isTrue();
    assertThat(SystemChecks.hasCapability(status, 13)).isFalse();
    assertThat(SystemChecks.hasCapability("", 12)).isFalse();
  }
}
