package dev.adit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowRunTest {
  @Test
  void knowsTheNextNodesAddressBeforehand() {
    assertThat(RowRun.following("10.77.0.1")).isEqualTo("10.77.0.2");
  }
}
