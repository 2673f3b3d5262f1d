package dev.sanaq.testing.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A broker and a storage in processes of their own, which keep what they have in the test's folder.
 */
public final class ServiceProcesses {
  private static final List<String> JVM_OPTIONS = List.of("-Xmx384m");
  private static final String ACCESS_KEY = "local-sanaq";

  private final int brokerPort = TestProcesses.freePort();
  private final int storagePort = TestProcesses.freePort();

  private ServiceProcesses() {}

  /** Starts both; returns when they answer. The processes are the test's to end. */
  public static ServiceProcesses start(TestProcesses processes, Duration patience) {
    ServiceProcesses services = new ServiceProcesses();
    startService(processes, "kafka", services.brokerPort, JVM_OPTIONS)
        .awaitOutput("kafka.bootstrap.servers=", patience);
    startService(processes, "s3", services.storagePort, JVM_OPTIONS)
        .awaitOutput("sanaq.storage.secret-key=", patience);
    return services;
  }

  /** Starts one of them, {@code kafka} or {@code s3}, on that port; returns before it answers. */
  public static ManagedProcess startService(
      TestProcesses processes, String part, int port, List<String> jvm) {
    return processes.startProgram(
        part,
        jvm,
        Map.of(),
        "local",
        "--only",
        part,
        "--%s-port".formatted(part),
        String.valueOf(port),
        "--data-dir",
        processes.folder().resolve("data").toString());
  }

  /** Where the broker listens. */
  public String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** The configuration that leads here. */
  public Map<String, String> config() {
    return config(bootstrapServers(), storagePort);
  }

  /** The configuration that leads to that broker, and to that port for the storage. */
  public static Map<String, String> config(String bootstrapServers, int storagePort) {
    Map<String, String> config = new TreeMap<>();
    config.put("kafka.bootstrap.servers", bootstrapServers);
    config.put("sanaq.storage.endpoint", "http://127.0.0.1:" + storagePort);
    config.put("sanaq.storage.path-style", "true");
    config.put("sanaq.storage.access-key", ACCESS_KEY);
    config.put("sanaq.storage.secret-key", ACCESS_KEY);
    return config;
  }
}
