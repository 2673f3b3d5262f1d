package dev.sanaq.overhead;

import dev.sanaq.faults.Managed;
import dev.sanaq.faults.Processes;
import dev.sanaq.faults.Services;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a worker needs around it, each a process of its own: a broker, and a storage. */
final class Stand {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final List<String> JVM = List.of("-Xmx1g", "-XX:+UseSerialGC");

  private static final List<String> MEMORY =
      Stream.concat(JVM.stream(), Stream.of("-XX:MaxDirectMemorySize=8g")).toList();

  private final Managed broker;
  private final Managed storage;
  private final int brokerPort = Processes.freePort();
  private final int storagePort = Processes.freePort();

  /** Starts both; returns when they answer. */
  Stand(Processes processes, Storage kind) {
    this.broker = Services.part(processes, "kafka", brokerPort, JVM);
    this.storage =
        kind == Storage.LOCAL
            ? Services.part(processes, "s3", storagePort, JVM)
            : processes.test(
                "s3", MEMORY, Map.of("port", String.valueOf(storagePort)), MemoryS3.class);
    broker.awaitOutput("kafka.bootstrap.servers=", PATIENCE);
    storage.awaitOutput("sanaq.storage.secret-key=", PATIENCE);
  }

  Managed broker() {
    return broker;
  }

  Managed storage() {
    return storage;
  }

  String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** The configuration that leads a worker here, and to a run's topics. */
  Map<String, String> config(Topics topics) {
    Map<String, String> config = new TreeMap<>();
    config.put("sanaq.worker.batch-size", "32");
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("sanaq."))
        .forEach(name -> config.put(name, System.getProperty(name)));
    config.putAll(Services.config(bootstrapServers(), storagePort));
    config.put("sanaq.topics.requests", topics.requests());
    config.put("sanaq.topics.events", topics.events());
    config.put("sanaq.worker.group", topics.group());
    return config;
  }
}
