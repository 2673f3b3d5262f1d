package dev.sanaq.faults;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker and a storage in processes of their own, which can be killed and started again where
 * they were and with what they had, and the faults before the storage. One thread.
 */
final class Cluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final List<String> SMALL =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Processes processes;
  private final int brokerPort = Processes.freePort();
  private final int storagePort = Processes.freePort();
  private final FaultyS3 faulty;
  private @Nullable Managed broker;
  private @Nullable Managed storage;

  /** Starts both; returns when they answer. */
  Cluster(Processes processes, long seed) {
    this.processes = processes;
    this.faulty = new FaultyS3(storagePort, seed);
    startBroker();
    startStorage();
    awaitBroker();
    awaitStorage();
  }

  /** Begins to start the broker. */
  void startBroker() {
    broker = Services.part(processes, "kafka", brokerPort, SMALL);
  }

  /** Begins to start the storage. */
  void startStorage() {
    storage = Services.part(processes, "s3", storagePort, SMALL);
  }

  void awaitBroker() {
    running(broker).awaitOutput("kafka.bootstrap.servers=", PATIENCE);
  }

  void awaitStorage() {
    running(storage).awaitOutput("sanaq.storage.secret-key=", PATIENCE);
  }

  void killBroker() {
    running(broker).kill();
  }

  /** Ends the broker as an operator does. */
  void stopBroker() {
    running(broker).terminate();
    running(broker).exitCode(PATIENCE);
  }

  void killStorage() {
    running(storage).kill();
  }

  /** What stands between the workers and the storage. */
  FaultyS3 faulty() {
    return faulty;
  }

  String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** The real storage, past the faults. */
  URI storage() {
    return URI.create("http://127.0.0.1:" + storagePort);
  }

  /** The same through the faults. */
  URI faultyStorage() {
    return URI.create("http://127.0.0.1:" + faulty.port());
  }

  /** The configuration that leads a worker here, to the storage through the faults. */
  Map<String, String> config() {
    return Services.config(bootstrapServers(), faulty.port());
  }

  @Override
  public void close() {
    faulty.close();
  }

  private static Managed running(@Nullable Managed process) {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }
}
