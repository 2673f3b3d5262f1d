package dev.sanaq.overhead;

import dev.sanaq.faults.Managed;
import dev.sanaq.faults.Processes;
import dev.sanaq.faults.Services;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a worker needs around it, each a process of its own: a broker, and a storage. */
final class Stand {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  // Whatever stands still here is measured as the worker's. A broker's collection takes 20 to 40 ms
  // however little there is to collect: so there are few.
  private static final List<String> KAFKA =
      List.of("-Xms2g", "-Xmx2g", "-Xmn1536m", "-XX:+UseParallelGC", "-XX:+AlwaysPreTouch");

  private static final List<String> LOCAL = List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  // What it keeps it keeps for ever: to copy that once is enough.
  private static final List<String> MEMORY =
      List.of(
          "-Xms1g",
          "-Xmx1g",
          "-Xmn64m",
          "-XX:+UseSerialGC",
          "-XX:MaxTenuringThreshold=0",
          "-XX:+AlwaysPreTouch",
          "-XX:MaxDirectMemorySize=8g");

  private final Managed broker;
  private final Managed storage;
  private final int brokerPort = Processes.freePort();
  private final int storagePort = Processes.freePort();

  /** Starts both; returns when they answer. */
  Stand(Processes processes, Storage kind) {
    this.broker = Services.part(processes, "kafka", brokerPort, KAFKA);
    this.storage =
        kind == Storage.LOCAL
            ? Services.part(processes, "s3", storagePort, LOCAL)
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
