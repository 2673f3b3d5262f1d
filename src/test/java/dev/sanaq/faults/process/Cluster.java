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
 * A broker and an S3 server as processes of their own, which can be killed and restarted with the
 * same ports and data, and a proxy that injects faults on the way to S3. Not thread-safe.
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

  /** Starts both and waits until they answer. */
  public Cluster(TestProcesses processes, long seed) {
    this.processes = processes;
    this.faultyS3 = new FaultyS3(storagePort, seed);
    startBroker();
    startStorage();
    awaitBroker();
    awaitStorage();
  }

  /** Starts the broker and does not wait for it. */
  public void startBroker() {
    broker = ServiceProcesses.startService(processes, "kafka", brokerPort, JVM_OPTIONS);
  }

  /** Starts the S3 server and does not wait for it. */
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

  /** Sends SIGTERM to the broker and waits until it exits. */
  public void stopBroker() {
    requireStarted(broker).terminate();
    requireStarted(broker).exitCode(TIMEOUT);
  }

  public void killStorage() {
    requireStarted(storage).kill();
  }

  /** Returns the proxy between the workers and the S3 server. */
  public FaultyS3 faultyS3() {
    return faultyS3;
  }

  public String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** Returns the URL of the S3 server, without faults. */
  public URI storage() {
    return URI.create("http://127.0.0.1:" + storagePort);
  }

  /** Returns the URL of the proxy. */
  public URI faultyStorage() {
    return URI.create("http://127.0.0.1:" + faultyS3.port());
  }

  /** Returns the settings of a worker that uses this broker and, through the proxy, S3. */
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
