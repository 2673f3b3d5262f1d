package dev.sanaq.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A broker and a storage in processes of their own, which keep what they have in the test's folder.
 */
public final class Services {
  private static final List<String> JVM = List.of("-Xmx384m");
  private static final String KEY = "local-sanaq";

  private final int broker = Processes.freePort();
  private final int storage = Processes.freePort();

  private Services() {}

  /** Starts both; returns when they answer. The processes are the test's to end. */
  public static Services start(Processes processes, Duration patience) {
    Services services = new Services();
    part(processes, "kafka", services.broker, JVM)
        .awaitOutput("kafka.bootstrap.servers=", patience);
    part(processes, "s3", services.storage, JVM).awaitOutput("sanaq.storage.secret-key=", patience);
    return services;
  }

  /** Starts one of them, {@code kafka} or {@code s3}, on that port; returns before it answers. */
  public static Managed part(Processes processes, String part, int port, List<String> jvm) {
    return processes.program(
        part,
        jvm,
        Map.of(),
        "local",
        "--only",
        part,
        "--%s-port".formatted(part),
        String.valueOf(port),
        "--folder",
        processes.folder().resolve("data").toString());
  }

  /** Where the broker listens. */
  public String bootstrapServers() {
    return "localhost:" + broker;
  }

  /** The configuration that leads here. */
  public Map<String, String> config() {
    return config(bootstrapServers(), storage);
  }

  /** The configuration that leads to that broker, and to that port for the storage. */
  public static Map<String, String> config(String bootstrapServers, int storagePort) {
    Map<String, String> config = new TreeMap<>();
    config.put("kafka.bootstrap.servers", bootstrapServers);
    config.put("sanaq.storage.endpoint", "http://127.0.0.1:" + storagePort);
    config.put("sanaq.storage.path-style", "true");
    config.put("sanaq.storage.access-key", KEY);
    config.put("sanaq.storage.secret-key", KEY);
    return config;
  }
}
