package dev.sanaq.cluster.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.CertificateAuthority;
import dev.sanaq.cluster.control.Kubectl;
import dev.sanaq.faults.process.KafkaNode;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A broker with what Strimzi makes of the manifests: a listener with mutual TLS, the topics of the
 * KafkaTopics, the ACLs of the KafkaUser, the secrets of the cluster and of the user. A second
 * listener, without TLS, is for the test alone.
 */
public final class StrimziKafka {
  /** The name by which pods and KEDA know the broker. */
  public static final String NAME = "sanaq-kafka-kafka-bootstrap.sanaq.svc";

  private static final int PORT = 9093;
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final List<String> JVM_OPTIONS = List.of("-Xmx384m", "-XX:+UseSerialGC");

  private final int testPort = TestProcesses.freePort();
  private final CertificateAuthority authority;

  private StrimziKafka(TestProcesses processes) {
    this.authority = new CertificateAuthority(processes.folder().resolve("kafka-pki"));
  }

  /**
   * Starts the broker and waits until it answers.
   *
   * @param host the address that {@link #NAME} resolves to in pods
   */
  public static StrimziKafka start(TestProcesses processes, String host) {
    StrimziKafka kafka = new StrimziKafka(processes);
    kafka.authority.issue("broker", "/CN=sanaq-kafka", "DNS:" + NAME);
    kafka.authority.issue("user", "/CN=sanaq", "DNS:sanaq");
    kafka.authority.keyStore("broker");
    kafka.authority.keyStore("user");
    kafka.authority.trustStore();
    Map<String, String> config = new TreeMap<>();
    kafka.properties(processes, host).forEach((key, value) -> config.put("node." + key, value));
    ManagedProcess broker = processes.startTestMain("broker", JVM_OPTIONS, config, KafkaNode.class);
    broker.awaitOutput("kafka node ready", TIMEOUT);
    return kafka;
  }

  /** Returns the listener of the test. */
  public String bootstrapServers() {
    return "localhost:" + testPort;
  }

  /** Creates the secrets that Strimzi creates: the cluster's authority, and the user's key. */
  public void createSecrets(Kubectl kubectl) {
    String password = CertificateAuthority.PASSWORD;
    createSecret(kubectl, "sanaq-kafka-cluster-ca-cert", "ca", "ca", password);
    createSecret(kubectl, "sanaq", "user", "user", password);
  }

  /** Creates the topics and ACLs of the custom resources. */
  public void reconcile(Kubectl kubectl) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      List<NewTopic> topics = new ArrayList<>();
      for (JsonNode topic : kubectl.json("kafkatopics", "-n", "sanaq").path("items")) {
        Map<String, String> config = new HashMap<>();
        topic
            .at("/spec/config")
            .fields()
            .forEachRemaining(entry -> config.put(entry.getKey(), entry.getValue().asText()));
        topics.add(
            new NewTopic(
                    topic.at("/metadata/name").asText(),
                    topic.at("/spec/partitions").asInt(),
                    (short) topic.at("/spec/replicas").asInt())
                .configs(config));
      }
      admin.createTopics(topics).all().get();
      admin.createAcls(acls(kubectl)).all().get();
      List<String> names = topics.stream().map(NewTopic::name).toList();
      Eventually.await("leaders of the topics", TIMEOUT).until(() -> haveLeaders(admin, names));
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean haveLeaders(Admin admin, List<String> topics) throws InterruptedException {
    try {
      return admin.describeTopics(topics).allTopicNames().get().values().stream()
          .flatMap(topic -> topic.partitions().stream())
          .allMatch(partition -> partition.leader() != null && !partition.leader().isEmpty());
    } catch (ExecutionException e) {
      // The broker learns of a topic later than the controller.
      return false;
    }
  }

  private List<AclBinding> acls(Kubectl kubectl) {
    List<AclBinding> bindings = new ArrayList<>();
    JsonNode user = kubectl.json("kafkauser", "sanaq", "-n", "sanaq");
    for (JsonNode acl : user.at("/spec/authorization/acls")) {
      ResourcePattern resource = resource(acl.path("resource"));
      for (JsonNode operation : acl.path("operations")) {
        bindings.add(
            new AclBinding(
                resource,
                new AccessControlEntry(
                    "User:CN=sanaq",
                    "*",
                    AclOperation.fromString(enumName(operation)),
                    AclPermissionType.ALLOW)));
      }
    }
    return bindings;
  }

  private static ResourcePattern resource(JsonNode resource) {
    ResourceType type = ResourceType.fromString(enumName(resource.path("type")));
    return type == ResourceType.CLUSTER
        ? new ResourcePattern(type, "kafka-cluster", PatternType.LITERAL)
        : new ResourcePattern(
            type,
            resource.path("name").asText(),
            resource.path("patternType").asText().equals("prefix")
                ? PatternType.PREFIXED
                : PatternType.LITERAL);
  }

  /** Strimzi writes DescribeConfigs and transactionalId, Kafka DESCRIBE_CONFIGS. */
  private static String enumName(JsonNode name) {
    return name.asText().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }

  private void createSecret(
      Kubectl kubectl, String name, String files, String prefix, String password) {
    List<String> arguments =
        new ArrayList<>(List.of("-n", "sanaq", "create", "secret", "generic", name));
    for (String suffix : List.of("crt", "key", "p12")) {
      // Strimzi keeps the authority's key in another secret.
      if (!prefix.equals("ca") || !suffix.equals("key")) {
        arguments.add(
            "--from-file=%s.%s=%s".formatted(prefix, suffix, authority.path(files + "." + suffix)));
      }
    }
    arguments.add("--from-literal=%s.password=%s".formatted(prefix, password));
    kubectl.run(arguments.toArray(String[]::new));
  }

  private Map<String, String> properties(TestProcesses processes, String host) {
    int controller = TestProcesses.freePort();
    Map<String, String> properties = new TreeMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.quorum.voters", "1@localhost:" + controller);
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("inter.broker.listener.name", "PLAINTEXT");
    properties.put(
        "listeners",
        "PLAINTEXT://localhost:%s,CONTROLLER://localhost:%s,TLS://%s:%s"
            .formatted(testPort, controller, host, PORT));
    properties.put(
        "advertised.listeners",
        "PLAINTEXT://localhost:%s,TLS://%s:%s".formatted(testPort, NAME, PORT));
    properties.put(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL");
    properties.put("log.dirs", processes.folder().resolve("kafka").toString());
    properties.put("listener.name.tls.ssl.client.auth", "required");
    properties.put("listener.name.tls.ssl.keystore.type", "PKCS12");
    properties.put("listener.name.tls.ssl.keystore.location", authority.path("broker.p12"));
    properties.put("listener.name.tls.ssl.keystore.password", CertificateAuthority.PASSWORD);
    properties.put("listener.name.tls.ssl.truststore.type", "PKCS12");
    properties.put("listener.name.tls.ssl.truststore.location", authority.path("ca.p12"));
    properties.put("listener.name.tls.ssl.truststore.password", CertificateAuthority.PASSWORD);
    properties.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    properties.put("super.users", "User:ANONYMOUS");
    properties.put("auto.create.topics.enable", "false");
    // Of overlays/kind/kafka.yaml.
    properties.put("offsets.retention.minutes", "20160");
    for (String name :
        List.of(
            "offsets.topic.replication.factor",
            "offsets.topic.num.partitions",
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr",
            "transaction.state.log.num.partitions",
            "share.coordinator.state.topic.replication.factor",
            "share.coordinator.state.topic.min.isr")) {
      properties.put(name, "1");
    }
    properties.put("log.cleaner.dedupe.buffer.size", "2097152");
    return properties;
  }
}
