package dev.adit.systemtests.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that needs the NAT lab: root, `/dev/net/tun` and the lab's programs. Skipped elsewhere,
/// saying why; a continuous-integration run counts a skipped scenario as failed.
///
/// Every name stands in `system-tests/lab-scenarios.txt`, and every line there has its test:
/// [ScenarioListTest] compares both ways.
@Test
@ExtendWith(LabCondition.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface LabScenario {
  /// The scenario's names in the list file; one test may hold several.
  String[] value();
}
