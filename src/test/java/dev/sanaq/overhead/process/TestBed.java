package dev.sanaq.overhead.process;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a worker needs around it, each a process of its own: a broker, and a storage. */
public final class TestBed {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  // Whatever stands still here is measured as the worker's. A broker's collection takes 20 to 40 ms
  // however little there is to collect: so there are few.
  private static final List<String> KAFKA_JVM_OPTIONS =
      List.of("-Xms2g", "-Xmx2g", "-Xmn1536m", "-XX:+UseParallelGC", "-XX:+AlwaysPreTouch");

  private static final List<String> LOCAL_S3_JVM_OPTIONS =
      List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  // What it keeps it keeps for ever: to copy that once is enough.
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

  /** Starts both; returns when they answer. */
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

  /** The configuration that leads a worker here, and to a run's topics. */
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
