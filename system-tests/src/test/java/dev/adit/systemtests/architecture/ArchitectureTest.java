package dev.adit.systemtests.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The product keeps every rule, and every rule rejects the class that breaks it.
class ArchitectureTest {
  private static JavaClasses product;

  /// @param breakers classes of the test sources that together break the rule
  record Case(String name, ArchRule rule, Class<?>... breakers) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "crypto knows no other module",
            Rules.cryptoKnowsNoOther(),
            dev.adit.crypto.broken.KnowsWire.class),
        new Case(
            "wire knows crypto only",
            Rules.wireKnowsCrypto(),
            dev.adit.wire.broken.KnowsCore.class),
        new Case(
            "core knows wire and crypto only",
            Rules.coreKnowsWire(),
            dev.adit.core.broken.KnowsNet.class),
        new Case(
            "net knows wire and crypto only",
            Rules.netKnowsWire(),
            dev.adit.net.broken.KnowsCore.class),
        new Case(
            "derp knows no program",
            Rules.derpKnowsNoProgram(),
            dev.adit.derp.broken.KnowsRelay.class),
        new Case(
            "testkit knows wire only",
            Rules.testkitKnowsWire(),
            dev.adit.testkit.broken.KnowsNet.class),
        new Case(
            "programs are strangers",
            Rules.programsAreStrangers(),
            dev.adit.agent.broken.KnowsRelay.class),
        new Case(
            "packages of wire are strangers",
            Rules.protocolsAreStrangers(),
            dev.adit.wire.broken.one.KnowsTwo.class,
            dev.adit.wire.brokentoo.Two.class),
        new Case(
            "core is acyclic",
            Rules.coreHasNoCycle(),
            dev.adit.core.broken.Chicken.class,
            dev.adit.core.brokentoo.Egg.class),
        new Case(
            "pure: no I/O",
            Rules.pureModulesDoNoInputOrOutput(),
            dev.adit.core.broken.ReadsAFile.class),
        new Case(
            "pure: no threads",
            Rules.pureModulesStartNoThreads(),
            dev.adit.core.broken.StartsAThread.class),
        new Case("pure: no logger", Rules.pureModulesDoNotLog(), dev.adit.core.broken.Logs.class),
        new Case(
            "pure: no unseeded randomness",
            Rules.pureModulesGetTheirRandomness(),
            dev.adit.core.broken.DrawsRandomness.class),
        new Case(
            "only net reads the clock",
            Rules.onlyNetReadsTheClock(),
            dev.adit.core.broken.ReadsTheClock.class),
        new Case(
            "only net makes native calls",
            Rules.onlyNetMakesNativeCalls(),
            dev.adit.agent.broken.CallsNative.class),
        new Case(
            "only crypto uses providers",
            Rules.onlyCryptoUsesProviders(),
            dev.adit.agent.broken.HashesByItself.class),
        new Case(
            "only net holds buffers",
            Rules.onlyNetHoldsBuffers(),
            dev.adit.agent.broken.HoldsABuffer.class),
        new Case(
            "every package is @NullMarked",
            Rules.everyPackageIsNullMarked(),
            dev.adit.wire.brokentoo.unmarked.NotMarked.class));
  }

  @BeforeAll
  static void importsTheProduct() {
    product =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.adit");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theProductKeeps(Case rule) {
    rule.rule().allowEmptyShould(false).check(product);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRuleRejectsWhatBreaksIt(Case rule) {
    var broken = new ClassFileImporter().importClasses(rule.breakers());
    assertThatThrownBy(() -> rule.rule().check(broken)).isInstanceOf(AssertionError.class);
  }

  @Test
  void theImportHoldsEveryModule() {
    assertThat(
            product.stream()
                .map(type -> type.getPackageName().split("\\.", 4))
                .filter(words -> words.length > 2)
                .map(words -> words[2]))
        .contains(
            "crypto",
            "wire",
            "core",
            "net",
            "derp",
            "relay",
            "coordinator",
            "agent",
            "cli",
            "testkit");
  }
}
