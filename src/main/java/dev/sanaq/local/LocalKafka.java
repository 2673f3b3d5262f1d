package dev.sanaq.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A Kafka of one node, broker and controller at once, listening on this machine only. */
final class LocalKafka implements AutoCloseable {
  private final KafkaRaftServer server;
  private final int port;

  private LocalKafka(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts on what the folder holds; an empty or new folder becomes a new cluster.
   *
   * @throws IOException where the folder cannot be used
   */
  static LocalKafka start(Path folder) throws IOException {
    Path logs = Files.createDirectories(folder.resolve("kafka")).toAbsolutePath();
    // Ports are picked anew: nothing on the disk names them.
    int port = freePort();
    Map<String, Object> properties = properties(logs, port, freePort());
    if (!Files.exists(logs.resolve("meta.properties"))) {
      format(logs);
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      throw new IOException(
          "Kafka does not start on %s: %s; if another process uses that folder, end it"
              .formatted(logs, e.getMessage()),
          e);
    }
    return new LocalKafka(server, port);
  }

  String bootstrapServers() {
    return "localhost:" + port;
  }

  /** Creates the topics that are not there yet. */
  void createTopics(Collection<String> topics, int partitions) {
    createTopics(topics, partitions, Map.of());
  }

  /** The same for topics of which only a key's last record counts. */
  void createCompactedTopics(Collection<String> topics, int partitions) {
    createTopics(topics, partitions, Map.of("cleanup.policy", "compact"));
  }

  private void createTopics(
      Collection<String> topics, int partitions, Map<String, String> settings) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      for (String topic : topics) {
        create(admin, new NewTopic(topic, partitions, (short) 1).configs(settings));
      }
      awaitVisible(admin, topics);
    }
  }

  // The broker says that a topic is made before it tells others that there is one.
  private static void awaitVisible(Admin admin, Collection<String> topics) {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        admin.describeTopics(topics).allTopicNames().get();
        return;
      } catch (ExecutionException e) {
        if (System.nanoTime() - until > 0) {
          throw new IllegalStateException("topics %s do not come".formatted(topics), e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while topics were created", e);
      }
    }
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void create(Admin admin, NewTopic topic) {
    try {
      admin.createTopics(java.util.List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new IllegalStateException("topic %s is not created".formatted(topic.name()), e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while topics were created", e);
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
      throw new IOException("%s cannot be made Kafka's: %s".formatted(logs, e.getMessage()), e);
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
        "PLAINTEXT://localhost:%d,CONTROLLER://localhost:%d".formatted(port, controllerPort));
    properties.put("advertised.listeners", "PLAINTEXT://localhost:" + port);
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("log.dirs", logs.toString());
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

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
