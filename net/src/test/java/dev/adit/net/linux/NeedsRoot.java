package dev.adit.net.linux;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Marks tests that make network namespaces and TUN devices. Elsewhere they are disabled with the
/// reason, except where `CI` is set: there they run and fail, so that nobody skips them unseen.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsRoot.Condition.class)
public @interface NeedsRoot {
  /// Whether `/dev/net/tun` and wireguard-go are needed, too.
  boolean wireGuard() default false;

  /// Decides.
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      var marker = context.getRequiredTestClass().getAnnotation(NeedsRoot.class);
      if (System.getenv("CI") != null) {
        return ConditionEvaluationResult.enabled("CI runs everything");
      }
      if (!System.getProperty("user.name").equals("root")) {
        return ConditionEvaluationResult.disabled("needs root for network namespaces");
      }
      if (marker != null && marker.wireGuard()) {
        List<String> problems = SystemChecks.problems(null);
        if (!problems.isEmpty()) {
          return ConditionEvaluationResult.disabled(problems.getFirst());
        }
      }
      return ConditionEvaluationResult.enabled("root");
    }
  }
}
