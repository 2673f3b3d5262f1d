package dev.sanaq.testing.process;

import dev.sanaq.files.Folders;
import dev.sanaq.local.FreePort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Starts programs as processes of their own and kills those that still run on {@link #close}, or
 * when the test's JVM exits. Their output is in {@code target/faults/<test>/}. Thread-safe.
 */
public final class TestProcesses implements AutoCloseable {
  /**
   * For processes that live for seconds: without the second compiler they start in half the time.
   */
  public static final List<String> SHORT_LIVED =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");

  private final Path folder;
  private final List<ManagedProcess> started = new CopyOnWriteArrayList<>();
  private final Thread shutdownHook = new Thread(this::killAll, "sanaq-faults-processes");

  /**
   * @param test the name of the folder, which is emptied first
   */
  public TestProcesses(String test) {
    this.folder = Path.of("target/faults", test).toAbsolutePath();
    try {
      Folders.delete(folder);
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(shutdownHook);
  }

  /** Returns the folder for the data of the test's processes. */
  public Path folder() {
    return folder;
  }

  /** Starts the packaged program with a subcommand. */
  public ManagedProcess startProgram(
      String name, List<String> jvm, Map<String, String> config, String... command) {
    if (!Files.exists(JAR)) {
      throw new AssertionError("%s is not built; run this by ./mvnw verify".formatted(JAR));
    }
    List<String> line = commandLine(jvm, config);
    line.addAll(List.of("-jar", JAR.toString()));
    line.addAll(List.of(command));
    return start(name, line);
  }

  /** Starts a main class of the test classpath. */
  public ManagedProcess startTestMain(
      String name, List<String> jvm, Map<String, String> config, Class<?> main) {
    List<String> line = commandLine(jvm, config);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return start(name, line);
  }

  /** Starts any command, with additional environment variables. */
  public ManagedProcess startCommand(
      String name, List<String> line, Map<String, String> environment) {
    return start(name, line, environment);
  }

  /** Returns a free TCP port of this machine. */
  public static int freePort() {
    return FreePort.find();
  }

  /** Returns the path of a tool of the JDK that runs the tests. */
  public static String jdkTool(String name) {
    return System.getProperty("java.home") + File.separator + "bin" + File.separator + name;
  }

  @Override
  public void close() {
    killAll();
    Runtime.getRuntime().removeShutdownHook(shutdownHook);
  }

  private void killAll() {
    started.stream().filter(ManagedProcess::isAlive).forEach(ManagedProcess::kill);
  }

  private List<String> commandLine(List<String> jvm, Map<String, String> config) {
    List<String> line = new ArrayList<>(List.of(jdkTool("java")));
    line.addAll(jvm);
    line.add("-XX:ErrorFile=" + folder.resolve("hs_err_%p.log"));
    config.forEach((key, value) -> line.add("-D" + key + "=" + value));
    return line;
  }

  private ManagedProcess start(String name, List<String> line) {
    return start(name, line, Map.of());
  }

  private synchronized ManagedProcess start(
      String name, List<String> line, Map<String, String> environment) {
    long before = started.stream().filter(p -> p.name().startsWith(name + "-")).count();
    String numbered = name + "-" + (before + 1);
    Path log = folder.resolve(numbered + ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      ManagedProcess managed = new ManagedProcess(numbered, process, log);
      started.add(managed);
      return managed;
    } catch (IOException e) {
      throw new UncheckedIOException("%s does not start".formatted(numbered), e);
    }
  }
}
