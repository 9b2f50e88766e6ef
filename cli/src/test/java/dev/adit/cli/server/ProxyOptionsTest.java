package dev.adit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.cli.Failure;
import dev.adit.net.frontdoor.Proxies;
import dev.adit.wire.Prefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ProxyOptionsTest {
  @Test
  void nobodyIsBelievedUnlessNamed() {
    assertThat(proxies()).isEqualTo(Proxies.NONE);
    assertThat(proxies("--proxy-protocol-from=10.0.0.1,10.1.0.0/16", "--forwarded-from=::1"))
        .isEqualTo(
            new Proxies(
                List.of(Prefix.literal("10.0.0.1/32"), Prefix.literal("10.1.0.0/16")),
                List.of(Prefix.literal("::1/128"))));
  }

  @Test
  void saysWhichOptionIsWrong() {
    assertThatThrownBy(() -> proxies("--forwarded-from=proxy.example"))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("--forwarded-from proxy.example");
  }

  private static Proxies proxies(String... arguments) {
    var options = new ProxyOptions();
    new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options)).parseArgs(arguments);
    return options.proxies();
  }
}
