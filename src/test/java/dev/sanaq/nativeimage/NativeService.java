package dev.sanaq.nativeimage;

import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Gateways and workers of the native executable, with a Kafka and an S3. */
final class NativeService implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final NativeExecutable executable;
  private final TestProcesses processes;
  private final Map<String, String> config;

  /**
   * @param test the name of the folder for the output
   * @param config the addresses of Kafka and S3
   */
  NativeService(NativeExecutable executable, String test, Map<String, String> config) {
    this.executable = executable;
    this.processes = new TestProcesses(test);
    this.config = Map.copyOf(config);
  }

  /** A process with the client of its HTTP port. */
  record Instance(ManagedProcess process, GatewayTestClient http) {}

  /** Starts a gateway and waits until it is ready. */
  Instance startGateway(Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>(more);
    settings.put("sanaq.worker.enabled", "false");
    return start(settings);
  }

  /** Starts a worker with the checkpoint that ships and waits until it is ready. */
  Instance startWorker(Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>(more);
    settings.put("sanaq.gateway.enabled", "false");
    settings.put("sanaq.model.path", NativeExecutable.CHECKPOINT.toString());
    return start(settings);
  }

  @Override
  public void close() {
    processes.close();
  }

  private Instance start(Map<String, String> more) {
    int port = TestProcesses.freePort();
    Map<String, String> settings = new TreeMap<>(config);
    settings.put("quarkus.http.port", String.valueOf(port));
    settings.putAll(more);
    ManagedProcess process = executable.start(processes, settings, "serve");
    process.awaitReady(port, TIMEOUT);
    return new Instance(
        process, new GatewayTestClient(URI.create("http://127.0.0.1:%s".formatted(port))));
  }
}
