package dev.sanaq.testing.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A broker and an S3 server as processes of their own; their data is in the test's folder. */
public final class ServiceProcesses {
  private static final List<String> JVM_OPTIONS = List.of("-Xmx384m");
  private static final String ACCESS_KEY = "local-sanaq";

  private final int brokerPort = TestProcesses.freePort();
  private final int storagePort = TestProcesses.freePort();

  private ServiceProcesses() {}

  /** Starts both and waits until they answer; closing {@code processes} ends them. */
  public static ServiceProcesses start(TestProcesses processes, Duration timeout) {
    ServiceProcesses services = new ServiceProcesses();
    startService(processes, "kafka", services.brokerPort, JVM_OPTIONS)
        .awaitOutput("kafka.bootstrap.servers=", timeout);
    startService(processes, "s3", services.storagePort, JVM_OPTIONS)
        .awaitOutput("sanaq.storage.secret-key=", timeout);
    return services;
  }

  /** Starts {@code kafka} or {@code s3} on a port and does not wait until it answers. */
  public static ManagedProcess startService(
      TestProcesses processes, String service, int port, List<String> jvm) {
    return processes.startProgram(
        service,
        jvm,
        Map.of(),
        "local",
        "--only",
        service,
        "--%s-port".formatted(service),
        String.valueOf(port),
        "--data-dir",
        processes.folder().resolve("data").toString());
  }

  /** Returns the broker's host and port. */
  public String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** Returns the settings of a worker or gateway that uses both. */
  public Map<String, String> config() {
    return config(bootstrapServers(), storagePort);
  }

  /** Returns the settings for a broker and for an S3 server on a port of this machine. */
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
