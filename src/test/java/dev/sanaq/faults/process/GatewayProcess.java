package dev.sanaq.faults.process;

import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The real program in a process of its own, as a gateway alone.
 *
 * @param process the process
 * @param api its HTTP
 */
public record GatewayProcess(ManagedProcess process, GatewayTestClient api) {
  private static final List<String> JVM_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");

  /** Starts one; returns when it is ready. */
  public static GatewayProcess start(TestProcesses processes, Map<String, String> config) {
    int port = TestProcesses.freePort();
    Map<String, String> all = new TreeMap<>(config);
    all.put("sanaq.worker.enabled", "false");
    all.put("quarkus.http.port", String.valueOf(port));
    ManagedProcess process = processes.startProgram("gateway", JVM_OPTIONS, all, "serve");
    WorkerPool.awaitReady(process, port);
    return new GatewayProcess(
        process, new GatewayTestClient(URI.create("http://127.0.0.1:" + port)));
  }

  /** The files that are mapped into a process' memory. */
  public static List<String> mappedFiles(ManagedProcess process) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/maps"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
