package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that cannot be started, in a process of its own. */
class TorchEngineStartTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  @Test
  void folderWithoutLibtorch_everyUseReportsCause(@TempDir Path folder) throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    try (TestProcesses processes = new TestProcesses("torch-engine-start")) {
      ManagedProcess process =
          processes.startCommand(
              "uses",
              List.of(
                  TestProcesses.jdkTool("java"),
                  "-Dai.djl.offline=true",
                  "-cp",
                  classPathWithoutLibtorch(),
                  TwoUses.class.getName()),
              Map.of(
                  "PYTORCH_LIBRARY_PATH", empty.toString(),
                  "PYTORCH_VERSION", "2.7.1",
                  "PYTORCH_FLAVOR", "cpu"));
      assertThat(process.exitCode(TIMEOUT)).as(process.output()).isZero();
      assertThat(process.output().lines().filter(line -> line.startsWith("use: ")))
          .hasSize(2)
          .allSatisfy(
              line -> assertThat(line).matches("use: PyTorch could not be started: \\S+: .+"));
    }
  }

  private static String classPathWithoutLibtorch() {
    return Stream.of(System.getProperty("java.class.path").split(":", -1))
        .filter(entry -> !entry.contains("pytorch-native"))
        .collect(Collectors.joining(":"));
  }

  /** Uses the engine twice and prints the failures. */
  static final class TwoUses {
    private TwoUses() {}

    /** Prints one line for each use. */
    public static void main(String... args) {
      for (int i = 0; i < 2; i++) {
        try {
          System.out.println("started " + Torch.version());
        } catch (TorchException e) {
          System.out.println("use: " + e.getMessage());
        }
      }
    }
  }
}
