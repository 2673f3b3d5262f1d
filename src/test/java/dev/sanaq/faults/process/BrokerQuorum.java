package dev.sanaq.faults.process;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Brokers that replicate: every topic, the offsets and the transactions are on all of them, and a
 * write needs all but one. Each has a controller, too. Not thread-safe.
 */
public final class BrokerQuorum implements Brokers {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  /** After it a broker is killed: the last ones of a quorum have nobody to say goodbye to. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final int PARTITIONS = 4;
  private static final List<String> TOPICS =
      List.of("sanaq.requests", "sanaq.cancellations", "sanaq.events", "sanaq.dead-letters");
  private static final String DELIVERIES = "sanaq.webhook-deliveries";

  private final TestProcesses processes;
  private final Map<String, String> extraProperties;
  private final List<BrokerNode> nodes;

  /**
   * @param count the number of brokers
   * @param extraProperties properties of every broker in addition
   */
  public BrokerQuorum(TestProcesses processes, int count, Map<String, String> extraProperties) {
    this.processes = processes;
    this.extraProperties = extraProperties;
    this.nodes = IntStream.rangeClosed(1, count).mapToObj(BrokerNode::new).toList();
  }

  @Override
  public void start() {
    nodes.stream()
        .filter(node -> !node.isAlive())
        .forEach(node -> node.start(processes, nodes, extraProperties));
  }

  @Override
  public void awaitReady() {
    running().forEach(node -> node.awaitReady(TIMEOUT));
    provision();
    awaitPartitions(info -> info.leader() != null && !info.leader().isEmpty());
  }

  /** Waits until every partition has all its replicas in sync, so that one broker may be lost. */
  public void awaitInSync() {
    awaitPartitions(info -> info.isr().size() == nodes.size());
  }

  @Override
  public void kill() {
    running().forEach(BrokerNode::kill);
  }

  /** Sends SIGKILL to the broker that leads a partition; waits until there is one. */
  public void killLeader(String topic, int partition) {
    try (Admin admin = admin()) {
      int leader =
          Eventually.await("a leader of " + topic, TIMEOUT)
              .ignoreExceptions()
              .until(() -> leader(admin, topic, partition), id -> id > 0);
      nodes.get(leader - 1).kill();
    }
  }

  private static int leader(Admin admin, String topic, int partition) {
    return get(admin.describeTopics(List.of(topic)).allTopicNames())
        .values()
        .iterator()
        .next()
        .partitions()
        .get(partition)
        .leader()
        .id();
  }

  @Override
  public void stop() {
    List<BrokerNode> all = running().toList();
    all.forEach(BrokerNode::terminate);
    all.forEach(node -> node.awaitExit(GRACE));
  }

  @Override
  public String bootstrapServers() {
    return nodes.stream().map(BrokerNode::address).collect(Collectors.joining(","));
  }

  private Stream<BrokerNode> running() {
    return nodes.stream().filter(BrokerNode::isAlive);
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
  }

  private void provision() {
    short replicas = (short) nodes.size();
    try (Admin admin = admin()) {
      for (String name : TOPICS) {
        create(admin, new NewTopic(name, PARTITIONS, replicas));
      }
      create(
          admin,
          new NewTopic(DELIVERIES, PARTITIONS, replicas)
              .configs(Map.of("cleanup.policy", "compact")));
    }
  }

  private static void create(Admin admin, NewTopic topic) {
    try {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new AssertionError("could not create " + topic, e);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitPartitions(Predicate<TopicPartitionInfo> condition) {
    try (Admin admin = admin()) {
      Eventually.await("leaders and replicas", TIMEOUT)
          .ignoreExceptions()
          .until(
              () ->
                  get(admin.describeTopics(get(admin.listTopics().names())).allTopicNames())
                      .values()
                      .stream()
                      .flatMap(topic -> topic.partitions().stream())
                      .allMatch(condition));
    }
  }

  private static <T> T get(KafkaFuture<T> response) {
    try {
      return response.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("the brokers do not respond", e);
    }
  }
}
