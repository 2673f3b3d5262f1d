package dev.sanaq.nativeimage;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.pytorch.jni.LibUtils;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.torch.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The native executable that {@code -Dnative} has built, and the libtorch that it uses. */
record NativeExecutable(Path file) {
  /** The checkpoint that ships. */
  static final Path CHECKPOINT =
      Path.of("src/main/resources/checkpoints/sanaq-emoji").toAbsolutePath();

  /** Returns the executable; without one, the test is skipped and says why. */
  static NativeExecutable find() {
    Optional<Path> found;
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      found = files.filter(file -> file.toString().endsWith("-runner")).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assumeTrue(
        found.isPresent(),
        "no native executable in target: ./mvnw verify -Dnative -Dlibtorch.outside builds one, with"
            + " Mandrel or GraalVM for JDK 25 in GRAALVM_HOME or on the PATH");
    return new NativeExecutable(found.orElseThrow().toAbsolutePath());
  }

  /** Starts a command with the libtorch of the tests. */
  ManagedProcess start(TestProcesses processes, Map<String, String> config, String... command) {
    Torch.version(); // starts the engine, which unpacks its libraries
    return start(processes, LibUtils.getLibtorchPath(), config, command);
  }

  /** Starts a command with the libtorch in a folder. */
  ManagedProcess start(
      TestProcesses processes, String libtorch, Map<String, String> config, String... command) {
    List<String> line = new ArrayList<>(List.of(file.toString()));
    config.forEach((key, value) -> line.add("-D%s=%s".formatted(key, value)));
    line.addAll(List.of(command));
    return processes.startCommand(
        command[0].replace("-", ""),
        line,
        Map.of(
            "PYTORCH_LIBRARY_PATH",
            libtorch,
            "PYTORCH_VERSION",
            Torch.version(),
            "PYTORCH_FLAVOR",
            "cpu"));
  }
}
