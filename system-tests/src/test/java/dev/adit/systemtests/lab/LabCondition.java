package dev.adit.systemtests.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Runs lab scenarios where the machine can, and writes down which ones ran to their end.
final class LabCondition implements ExecutionCondition, AfterTestExecutionCallback {
  private static final List<String> PROGRAMS =
      List.of("ip", "nft", "ping", "wireguard-go", "bash", "tcpdump", "faketime");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<String> missing = missing();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("the lab can run here");
    }
    String reason = "skipped, the lab needs " + String.join(", ", missing);
    System.err.println(context.getDisplayName() + ": " + reason);
    return ConditionEvaluationResult.disabled(reason);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) throws IOException {
    if (context.getExecutionException().isPresent()) {
      return;
    }
    Optional<LabScenario> scenario =
        context.getTestMethod().map(method -> method.getAnnotation(LabScenario.class));
    if (scenario.isPresent()) {
      Files.write(
          Path.of("target", "scenarios-run"),
          List.of(scenario.get().value()),
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  static List<String> missing() {
    var missing = new ArrayList<String>();
    if (!"root".equals(System.getProperty("user.name"))) {
      missing.add("root");
    }
    if (!Files.isWritable(Path.of("/dev/net/tun"))) {
      missing.add("/dev/net/tun");
    }
    for (String program : PROGRAMS) {
      if (!onPath(program)) {
        missing.add(program);
      }
    }
    return missing;
  }

  private static boolean onPath(String program) {
    String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
    for (String folder : path.split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
