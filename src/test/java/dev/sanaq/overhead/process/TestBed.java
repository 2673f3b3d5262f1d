package dev.sanaq.overhead.process;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The broker and the S3 server of a measurement, each a process of its own. */
public final class TestBed {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  // Pauses of the broker count as the worker's. A collection takes 20 to 40 ms however little there
  // is to collect, so the young generation is large and collections are rare.
  private static final List<String> KAFKA_JVM_OPTIONS =
      List.of("-Xms2g", "-Xmx2g", "-Xmn1536m", "-XX:+UseParallelGC", "-XX:+AlwaysPreTouch");

  private static final List<String> LOCAL_S3_JVM_OPTIONS =
      List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  // Its objects are permanent, so one copy by the collector is enough.
  private static final List<String> MEMORY_S3_JVM_OPTIONS =
      List.of(
          "-Xms1g",
          "-Xmx1g",
          "-Xmn64m",
          "-XX:+UseSerialGC",
          "-XX:MaxTenuringThreshold=0",
          "-XX:+AlwaysPreTouch",
          "-XX:MaxDirectMemorySize=8g");

  private final ManagedProcess broker;
  private final ManagedProcess storage;
  private final int brokerPort = TestProcesses.freePort();
  private final int storagePort = TestProcesses.freePort();

  /** Starts both and waits until they answer. */
  public TestBed(TestProcesses processes, StorageKind kind) {
    this.broker = ServiceProcesses.startService(processes, "kafka", brokerPort, KAFKA_JVM_OPTIONS);
    this.storage =
        kind == StorageKind.LOCAL
            ? ServiceProcesses.startService(processes, "s3", storagePort, LOCAL_S3_JVM_OPTIONS)
            : processes.startTestMain(
                "s3",
                MEMORY_S3_JVM_OPTIONS,
                Map.of("port", String.valueOf(storagePort)),
                InMemoryS3.class);
    broker.awaitOutput("kafka.bootstrap.servers=", START_TIMEOUT);
    storage.awaitOutput("sanaq.storage.secret-key=", START_TIMEOUT);
  }

  ManagedProcess broker() {
    return broker;
  }

  ManagedProcess storage() {
    return storage;
  }

  public String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** Returns the settings of a worker that uses both, and the topics of a run. */
  Map<String, String> config(RunTopics topics) {
    Map<String, String> config = new TreeMap<>();
    config.put("sanaq.worker.batch-size", "32");
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("sanaq."))
        .forEach(name -> config.put(name, System.getProperty(name)));
    config.putAll(ServiceProcesses.config(bootstrapServers(), storagePort));
    config.put("sanaq.topics.requests", topics.requests());
    config.put("sanaq.topics.events", topics.events());
    config.put("sanaq.worker.group", topics.group());
    return config;
  }
}
