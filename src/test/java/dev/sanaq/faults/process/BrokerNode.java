package dev.sanaq.faults.process;

import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One broker and controller of a {@link BrokerQuorum}. Not thread-safe. */
final class BrokerNode {
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final int id;
  private final int port = TestProcesses.freePort();
  private final int controllerPort = TestProcesses.freePort();
  private @Nullable ManagedProcess process;

  BrokerNode(int id) {
    this.id = id;
  }

  String address() {
    return "localhost:" + port;
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  void start(TestProcesses processes, List<BrokerNode> all, Map<String, String> extraProperties) {
    Map<String, String> properties = new TreeMap<>(replication(all.size()));
    properties.putAll(timeouts());
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", String.valueOf(id));
    properties.put(
        "controller.quorum.voters",
        all.stream()
            .map(node -> "%s@localhost:%s".formatted(node.id, node.controllerPort))
            .collect(Collectors.joining(",")));
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put(
        "listeners",
        "PLAINTEXT://%s,CONTROLLER://localhost:%s".formatted(address(), controllerPort));
    properties.put("advertised.listeners", "PLAINTEXT://" + address());
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("log.dirs", processes.folder().resolve("kafka-" + id).toString());
    properties.putAll(extraProperties);
    Map<String, String> config = new TreeMap<>();
    properties.forEach((key, value) -> config.put(KafkaNode.PREFIX + key, value));
    process = processes.startTestMain("broker-" + id, JVM_OPTIONS, config, KafkaNode.class);
  }

  void awaitReady(Duration timeout) {
    started().awaitOutput(KafkaNode.READY_LINE, timeout);
  }

  void kill() {
    started().kill();
  }

  void terminate() {
    started().terminate();
  }

  /** Waits until it exits, and kills it after the timeout. */
  void awaitExit(Duration timeout) {
    ManagedProcess running = started();
    long deadline = System.nanoTime() + timeout.toNanos();
    while (running.isAlive() && System.nanoTime() - deadline < 0) {
      Pause.of(Duration.ofMillis(50));
    }
    if (running.isAlive()) {
      running.kill();
    }
  }

  private ManagedProcess started() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }

  // Everything is on all brokers, and a write needs all but one.
  private static Map<String, String> replication(int brokers) {
    String replicas = String.valueOf(brokers);
    String quorum = String.valueOf(Math.max(1, brokers - 1));
    return Map.of(
        "auto.create.topics.enable", "false",
        "min.insync.replicas", quorum,
        "offsets.topic.replication.factor", replicas,
        "offsets.topic.num.partitions", "1",
        "transaction.state.log.replication.factor", replicas,
        "transaction.state.log.min.isr", quorum,
        "transaction.state.log.num.partitions", "1",
        "share.coordinator.state.topic.replication.factor", replicas,
        "share.coordinator.state.topic.min.isr", quorum,
        "share.coordinator.state.topic.num.partitions", "1");
  }

  // As of the broker of `sanaq local`: killed brokers and workers are noticed after seconds.
  private static Map<String, String> timeouts() {
    return Map.of(
        "broker.session.timeout.ms", "3000",
        "broker.heartbeat.interval.ms", "500",
        "group.consumer.min.session.timeout.ms", "6000",
        "group.consumer.session.timeout.ms", "6000",
        "group.consumer.min.heartbeat.interval.ms", "1000",
        "group.consumer.heartbeat.interval.ms", "1000",
        "group.initial.rebalance.delay.ms", "0",
        "log.cleaner.dedupe.buffer.size", "2097152");
  }
}
