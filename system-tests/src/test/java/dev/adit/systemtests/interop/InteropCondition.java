package dev.adit.systemtests.interop;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Builds the Go side once, or says why the machine cannot: no Go and no network to fetch it from.
final class InteropCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String missing = GoPrograms.missing();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("built");
    }
    String reason = "skipped, " + missing;
    System.err.println(context.getDisplayName() + ": " + reason);
    return ConditionEvaluationResult.disabled(reason);
  }
}
