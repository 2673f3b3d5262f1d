package dev.sanaq.testing.process;

import dev.sanaq.testing.GatewayTestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A gateway without a worker, as a process of its own.
 *
 * @param process the process
 * @param url the root of its HTTP API
 * @param api a client of that API
 */
public record GatewayProcess(ManagedProcess process, URI url, GatewayTestClient api) {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final List<String> JVM_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");

  /** Starts a gateway and waits until it is ready. */
  public static GatewayProcess start(TestProcesses processes, Map<String, String> config) {
    int port = TestProcesses.freePort();
    Map<String, String> all = new TreeMap<>(config);
    all.put("sanaq.worker.enabled", "false");
    all.put("quarkus.http.port", String.valueOf(port));
    ManagedProcess process = processes.startProgram("gateway", JVM_OPTIONS, all, "serve");
    process.awaitReady(port, START_TIMEOUT);
    URI url = URI.create("http://127.0.0.1:" + port);
    return new GatewayProcess(process, url, new GatewayTestClient(url));
  }

  /** Returns the lines of {@code /proc/<pid>/maps}: the files in the process's memory. */
  public static List<String> mappedFiles(ManagedProcess process) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/maps"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
