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
 * Kafka and an S3 server as processes of their own, which can be killed and restarted with the same
 * ports and data, and a proxy that injects faults on the way to S3. Not thread-safe.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final TestProcesses processes;
  private final Brokers brokers;
  private final int storagePort = TestProcesses.freePort();
  private final FaultyS3 faultyS3;
  private @Nullable ManagedProcess storage;

  /** Starts {@code sanaq local}'s broker and an S3 server, and waits until they answer. */
  public Cluster(TestProcesses processes, long seed) {
    this(processes, seed, new LocalBroker(processes, JVM_OPTIONS));
  }

  /** Starts the brokers and an S3 server, and waits until they answer. */
  public Cluster(TestProcesses processes, long seed, Brokers brokers) {
    this.processes = processes;
    this.brokers = brokers;
    this.faultyS3 = new FaultyS3(storagePort, seed);
    startBroker();
    startStorage();
    awaitBroker();
    awaitStorage();
  }

  /** Starts the brokers that do not run and does not wait for them. */
  public void startBroker() {
    brokers.start();
  }

  /** Starts the S3 server and does not wait for it. */
  public void startStorage() {
    storage = ServiceProcesses.startService(processes, "s3", storagePort, JVM_OPTIONS);
  }

  public void awaitBroker() {
    brokers.awaitReady();
  }

  public void awaitStorage() {
    requireStarted(storage).awaitOutput("sanaq.storage.secret-key=", TIMEOUT);
  }

  /** Kills all brokers. */
  public void killBroker() {
    brokers.kill();
  }

  /** Sends SIGTERM to all brokers and waits until they exit. */
  public void stopBroker() {
    brokers.stop();
  }

  public void killStorage() {
    requireStarted(storage).kill();
  }

  /** Returns the brokers. */
  public Brokers brokers() {
    return brokers;
  }

  /** Returns the proxy between the workers and the S3 server. */
  public FaultyS3 faultyS3() {
    return faultyS3;
  }

  public String bootstrapServers() {
    return brokers.bootstrapServers();
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
