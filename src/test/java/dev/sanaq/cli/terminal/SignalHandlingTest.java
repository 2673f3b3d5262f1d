package dev.sanaq.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sanaq.cli.generate.BenchmarkCommand;
import dev.sanaq.cli.generate.GenerateCommand;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.testing.Fixtures;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Signals while a command computes; each command runs in its own JVM. */
@DisabledOnOs(OS.WINDOWS)
class SignalHandlingTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void generate_signalMidStep_exitsAndLeavesNoFiles(String signal, int code) throws Exception {
    assumeFalse(
        signal.equals("INT") && ignoresInterrupts(),
        "SIGINT is ignored here, as in a shell's background: run the tests in the foreground");
    Process process =
        start(
            "generate",
            "--prompt=fox",
            "--steps=1000",
            "--width=512",
            "--height=512",
            "--output=" + folder.resolve("out.png"));
    assertTerminatedBy(signal, code, process);
  }

  @Test
  void benchmark_signalMidStep_exitsAndLeavesNoFiles() throws Exception {
    Process process =
        start(
            "benchmark",
            "--runs=1000",
            "--width=512",
            "--height=512",
            "--report=" + folder.resolve("report"));
    assertTerminatedBy("TERM", 143, process);
  }

  /** As a pod that is deleted while it starts: beans are created by the signal's thread. */
  @Test
  void serving_terminatedBeforeBeansExist_exits() throws Exception {
    assertTerminatedBy("TERM", 0, start(ServingMain.class, List.of()));
  }

  /** A crash would leave a file hs_err_pid... in the folder. */
  private void assertTerminatedBy(String signal, int code, Process process) throws Exception {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("computing");
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it has exited").isTrue();
      assertThat(output.lines()).isEmpty();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(code);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  // A process that ignores a signal passes that on to its children.
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  private Process start(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--precision=fp32", "--variant="));
    all.add("--model=" + Fixtures.path("tiny-sana/checkpoint"));
    return start(CommandMain.class, all);
  }

  private Process start(Class<?> main, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }

  /** The started program: serves, with a class loader that its signal threads do not have. */
  static final class ServingMain {
    private ServingMain() {}

    public static void main(String[] arguments) throws InterruptedException {
      ClassLoader own = new ClassLoader(ServingMain.class.getClassLoader()) {};
      Thread.currentThread().setContextClassLoader(own);
      SignalHandling.stopOnTerminate(() -> Thread.currentThread().getContextClassLoader() == own);
      System.out.println("computing");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  /** The started program: runs a command and prints a word as soon as the engine computes. */
  @Command
  static final class CommandMain {
    private CommandMain() {}

    public static void main(String[] arguments) {
      Thread main = Thread.currentThread();
      Thread watch = new Thread(() -> printWhenComputing(main));
      watch.setDaemon(true);
      watch.start();
      CommandLine commands =
          new CommandLine(new CommandMain())
              .addSubcommand("generate", new GenerateCommand())
              .addSubcommand("benchmark", new BenchmarkCommand());
      System.exit(commands.execute(arguments));
    }

    private static void printWhenComputing(Thread main) {
      while (Arrays.stream(main.getStackTrace()).noneMatch(CommandMain::isStep)) {
        Thread.yield();
      }
      System.out.println("computing");
    }

    private static boolean isStep(StackTraceElement frame) {
      return frame.getClassName().equals(SanaTransformer.class.getName())
          && frame.getMethodName().equals("forward");
    }
  }
}
