package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.torch.host.MallocTuning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
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

  /** A process computes on one kind of device; malloc's settings are the whole process's. */
  @Test
  void malloc_keepsFreedMemoryOnACpuAlone() throws Exception {
    try (TestProcesses processes = new TestProcesses("torch-malloc")) {
      ManagedProcess process =
          processes.startCommand(
              "malloc",
              List.of(
                  TestProcesses.jdkTool("java"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  TwoDevices.class.getName()),
              Map.of());
      assertThat(process.exitCode(TIMEOUT)).as(process.output()).isZero();
      assertThat(process.output()).contains("cuda:0: false", "cpu: true");
    }
  }

  /** Chooses a GPU, then the CPU, and prints whether malloc's settings were changed. */
  static final class TwoDevices {
    private TwoDevices() {}

    /** Prints one line for each choice. */
    public static void main(String... args) {
      Torch.version(); // starts the engine
      GpuDetection gpu = new GpuDetection(1, OptionalInt.of(90), "");
      print(Devices.choose("cuda", "bf16", gpu));
      print(Devices.choose("cpu", "fp32"));
    }

    private static void print(DevicePlacement chosen) {
      System.out.println(chosen.torchDevice() + ": " + MallocTuning.isApplied());
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
