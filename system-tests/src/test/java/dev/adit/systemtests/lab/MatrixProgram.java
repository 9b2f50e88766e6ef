package dev.adit.systemtests.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// [Matrix], as `bench/matrix` runs it: the arguments, one a line, in a file that the environment
/// names, and the exit status into another.
class MatrixProgram {
  @Test
  void measures() throws Exception {
    List<String> arguments =
        Files.readAllLines(Path.of(System.getenv("ADIT_MATRIX_ARGUMENTS"))).stream()
            .filter(line -> !line.isEmpty())
            .toList();
    int status = Matrix.run(arguments, System.out);
    Files.writeString(Path.of(System.getenv("ADIT_MATRIX_STATUS")), status + "\n");
  }
}
