package dev.sanaq.faults.process;

import dev.sanaq.faults.storage.FaultyS3;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker and a storage in processes of their own, which can be killed and started again where
 * they were and with what they had, and the faults before the storage. One thread.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final TestProcesses processes;
  private final int brokerPort = TestProcesses.freePort();
  private final int storagePort = TestProcesses.freePort();
  private final FaultyS3 faultyS3;
  private @Nullable ManagedProcess broker;
  private @Nullable ManagedProcess storage;

  /** Starts both; returns when they answer. */
  public Cluster(TestProcesses processes, long seed) {
    this.processes = processes;
    this.faultyS3 = new FaultyS3(storagePort, seed);
    startBroker();
    startStorage();
    awaitBroker();
    awaitStorage();
  }

  /** Begins to start the broker. */
  public void startBroker() {
    broker = ServiceProcesses.startService(processes, "kafka", brokerPort, JVM_OPTIONS);
  }

  /** Begins to start the storage. */
  public void startStorage() {
    storage = ServiceProcesses.startService(processes, "s3", storagePort, JVM_OPTIONS);
  }

  public void awaitBroker() {
    requireStarted(broker).awaitOutput("kafka.bootstrap.servers=", TIMEOUT);
  }

  public void awaitStorage() {
    requireStarted(storage).awaitOutput("sanaq.storage.secret-key=", TIMEOUT);
  }

  public void killBroker() {
    requireStarted(broker).kill();
  }

  /** Ends the broker as an operator does. */
  public void stopBroker() {
    requireStarted(broker).terminate();
    requireStarted(broker).exitCode(TIMEOUT);
  }

  public void killStorage() {
    requireStarted(storage).kill();
  }

  /** What stands between the workers and the storage. */
  public FaultyS3 faultyS3() {
    return faultyS3;
  }

  public String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** The real storage, past the faults. */
  public URI storage() {
    return URI.create("http://127.0.0.1:" + storagePort);
  }

  /** The same through the faults. */
  public URI faultyStorage() {
    return URI.create("http://127.0.0.1:" + faultyS3.port());
  }

  /** The configuration that leads a worker here, to the storage through the faults. */
  public Map<String, String> config() {
    return ServiceProcesses.config(bootstrapServers(), faultyS3.port());
  }

  @Override
  public void close() {
    faultyS3.close();
  }

  private static ManagedProcess requireStarted(@Nullable ManagedProcess process) {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }
}
