package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SystemChecksTest {
  @Test
  void readsCapabilities() {
    String status =
        "Name:\tjava\nCapPrm:\t0000000000000000\nCapEff:\t0000000000001000\nSeccomp:\t0";
    assertThat(SystemChecks.hasCapability(status, 12)).isTrue();
    assertThat(SystemChecks.hasCapability(status, 13)).isFalse();
    assertThat(SystemChecks.hasCapability("", 12)).isFalse();
  }

  @Test
  void saysWhatToDoAboutAMissingProgram() {
    assertThat(SystemChecks.program(Path.of("/nowhere/wireguard-go")))
        .isEqualTo(
            "/nowhere/wireguard-go is no program; name a wireguard-go, or none to use the newest"
                + " found");
    assertThat(SystemChecks.program(Path.of("/bin/sh"))).isNull();
  }
}
