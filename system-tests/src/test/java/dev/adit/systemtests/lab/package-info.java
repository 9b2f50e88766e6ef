/// Whole scenarios: real programs, real WireGuard, real NATs in namespaces of their own.
///
/// - Start with [LabScenario]; `system-tests/lab-scenarios.txt` lists what must run.
@NullMarked
package dev.adit.systemtests.lab;

import org.jspecify.annotations.NullMarked;
