package dev.sanaq.local;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.StorageConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A single-node Kafka, broker and controller in one, that listens on localhost only. */
final class LocalKafka implements LocalService {
  private static final int PARTITIONS = 4;
  private static final Duration LEADER_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  private final KafkaRaftServer server;
  private final int port;

  private LocalKafka(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts with the data in the folder, also after a crash; an empty or new folder becomes a new
   * cluster.
   *
   * @param requestedPort the port; 0 for any free one
   * @throws IOException if the folder or the port cannot be used
   */
  static LocalKafka start(Path folder, int requestedPort) throws IOException {
    return start(folder, requestedPort, Map.of());
  }

  /** The same with more properties of the broker, or other values of them: for tests. */
  static LocalKafka start(Path folder, int requestedPort, Map<String, String> brokerProperties)
      throws IOException {
    Path logs = Files.createDirectories(folder.resolve("kafka")).toAbsolutePath();
    // The port may differ from the last start: the data does not depend on it.
    int port = requestedPort == 0 ? FreePort.find() : requestedPort;
    Map<String, Object> properties = properties(logs, port, FreePort.find());
    properties.putAll(brokerProperties);
    if (!Files.exists(logs.resolve("meta.properties"))) {
      format(logs);
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      throw new IOException(
          "could not start Kafka on %s and port %s: %s; stop any other process that uses them"
              .formatted(logs, port, e.getMessage()),
          e);
    }
    return new LocalKafka(server, port);
  }

  @Override
  public Map<String, String> config() {
    return Map.of(LocalServiceKind.KAFKA.configKeys().get(0), bootstrapServers());
  }

  @Override
  public void provision(TopicsConfig topics, StorageConfig storage) {
    NewTopic deliveries = new NewTopic(topics.webhookDeliveries(), PARTITIONS, (short) 1);
    List<NewTopic> created =
        new ArrayList<>(List.of(deliveries.configs(Map.of("cleanup.policy", "compact"))));
    Stream.of(topics.requests(), topics.cancellations(), topics.events(), topics.deadLetters())
        .map(name -> new NewTopic(name, PARTITIONS, (short) 1))
        .forEach(created::add);
    create(created);
  }

  /** Creates topics, if they do not exist. */
  void createTopics(List<String> topics) {
    create(topics.stream().map(name -> new NewTopic(name, PARTITIONS, (short) 1)).toList());
  }

  private void create(List<NewTopic> topics) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      topics.forEach(topic -> createTopic(admin, topic));
      List<String> names = topics.stream().map(NewTopic::name).toList();
      long until = System.nanoTime() + LEADER_TIMEOUT.toNanos();
      while (!haveLeaders(admin, names)) {
        if (System.nanoTime() - until > 0) {
          throw new IllegalStateException("the topics have no leader after " + LEADER_TIMEOUT);
        }
        LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      }
    }
  }

  // The broker learns of topics, and of their leaders after a restart, later than the controller.
  private static boolean haveLeaders(Admin admin, List<String> topics) {
    try {
      return admin.describeTopics(topics).allTopicNames().get().values().stream()
          .flatMap(topic -> topic.partitions().stream())
          .allMatch(partition -> partition.leader() != null && !partition.leader().isEmpty());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RetriableException) {
        return false;
      }
      throw new IllegalStateException("could not describe topics", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for topics", e);
    }
  }

  private String bootstrapServers() {
    return "localhost:" + port;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void createTopic(Admin admin, NewTopic topic) {
    try {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new IllegalStateException("could not create topic %s".formatted(topic.name()), e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating topics", e);
    }
  }

  private static void format(Path logs) throws IOException {
    Formatter formatter = new Formatter();
    formatter.setNodeId(1);
    formatter.setClusterId(Uuid.randomUuid().toString());
    formatter.addDirectory(logs.toString());
    formatter.setControllerListenerName("CONTROLLER");
    formatter.setReleaseVersion(MetadataVersion.latestProduction());
    formatter.setIgnoreFormatted(false);
    formatter.setPrintStream(
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    try {
      formatter.run();
    } catch (Exception e) {
      throw new IOException("could not format %s for Kafka: %s".formatted(logs, e.getMessage()), e);
    }
  }

  private static Map<String, Object> properties(Path logs, int port, int controllerPort) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.quorum.voters", "1@localhost:" + controllerPort);
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("inter.broker.listener.name", "PLAINTEXT");
    properties.put(
        "listeners",
        "PLAINTEXT://localhost:%s,CONTROLLER://localhost:%s".formatted(port, controllerPort));
    properties.put("advertised.listeners", "PLAINTEXT://localhost:" + port);
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("log.dirs", logs.toString());
    // How long a killed broker blocks its successor.
    properties.put("broker.session.timeout.ms", "3000");
    properties.put("broker.heartbeat.interval.ms", "500");
    // How long a killed worker remains a member of its group.
    properties.put("group.consumer.min.session.timeout.ms", "6000");
    properties.put("group.consumer.session.timeout.ms", "6000");
    properties.put("group.consumer.min.heartbeat.interval.ms", "1000");
    properties.put("group.consumer.heartbeat.interval.ms", "1000");
    properties.put("auto.create.topics.enable", "false");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "1");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("share.coordinator.state.topic.num.partitions", "1");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("log.cleaner.dedupe.buffer.size", "2097152");
    return properties;
  }
}
