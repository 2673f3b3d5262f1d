package dev.sanaq.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.cli.generate.GenerateCommand;
import dev.sanaq.cli.model.InspectCommand;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The native executable's commands that need no Kafka, compared with the JVM's. */
class NativeCommandIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final TestProcesses processes = new TestProcesses("native-command");
  private NativeExecutable executable;

  @BeforeEach
  void find() {
    executable = NativeExecutable.find();
  }

  @AfterEach
  void close() {
    processes.close();
  }

  @Test
  void help_isPrinted() {
    ManagedProcess help = executable.start(processes, Map.of(), "--help");
    assertThat(help.exitCode(TIMEOUT)).isZero();
    assertThat(help.output()).contains("serve", "generate", "model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "demo"})
  void servicesForDevelopment_areRefusedInOneSentence(String command) {
    ManagedProcess refused = executable.start(processes, Map.of(), command);
    assertThat(refused.exitCode(TIMEOUT)).isEqualTo(1);
    assertThat(refused.output().strip().lines())
        .singleElement()
        .asString()
        .startsWith("error: Kafka and S3 for development are not part of the native executable");
  }

  @Test
  void train_isRefusedInOneSentence(@TempDir Path folder) {
    ManagedProcess refused =
        executable.start(processes, Map.of(), "train", "emoji", "--output", folder.toString());
    assertThat(refused.exitCode(TIMEOUT)).isEqualTo(1);
    assertThat(refused.output().strip().lines())
        .singleElement()
        .asString()
        .startsWith("error: train needs the JVM build");
  }

  @Test
  void inspect_printsSameAsJvm() {
    String[] command = {"inspect", "--model", NativeExecutable.CHECKPOINT.toString(), "--json"};
    ManagedProcess inspect = executable.start(processes, Map.of(), command);
    assertThat(inspect.exitCode(TIMEOUT)).as(inspect.output()).isZero();
    StringWriter expected = new StringWriter();
    new CommandLine(new InspectCommand())
        .setOut(new PrintWriter(expected))
        .execute(List.of(command).subList(1, command.length).toArray(String[]::new));
    assertThat(inspect.output()).isEqualTo(expected.toString()).contains("\"components\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "webp"})
  void generate_writesSameBytesAsJvm(String format, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("native." + format);
    ManagedProcess generate =
        executable.start(processes, Map.of(), generate(file, "--json").toArray(String[]::new));
    assertThat(generate.exitCode(TIMEOUT)).as(generate.output()).isZero();
    assertThat(generate.output()).contains("\"seed\":7");
    Path expected = folder.resolve("jvm." + format);
    int code =
        new CommandLine(new GenerateCommand())
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(new StringWriter()))
            .execute(generate(expected).stream().skip(1).toArray(String[]::new));
    assertThat(code).isZero();
    assertThat(file).hasSameBinaryContentAs(expected);
  }

  /** A program without its engine says so, and why. */
  @Test
  void generate_withoutLibtorch_reportsCause(@TempDir Path folder) throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    ManagedProcess generate =
        executable.start(
            processes,
            empty.toString(),
            Map.of("ai.djl.offline", "true"),
            generate(folder.resolve("none.png")).toArray(String[]::new));
    assertThat(generate.exitCode(TIMEOUT)).isEqualTo(1);
    assertThat(generate.output()).contains("error: PyTorch could not be started: ");
  }

  private static List<String> generate(Path file, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "generate",
                "--model",
                NativeExecutable.CHECKPOINT.toString(),
                "--prompt",
                "a red apple",
                "--seed",
                "7",
                "--output",
                file.toString()));
    command.addAll(List.of(more));
    return command;
  }
}
