package dev.sanaq.local;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.testing.TestSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A Kafka of a test's own, with ACLs and with properties that the shared broker does not have. */
public final class KafkaBroker implements AutoCloseable {
  private static final AclBinding NO_GROUPS =
      new AclBinding(
          new ResourcePattern(
              ResourceType.GROUP, ResourcePattern.WILDCARD_RESOURCE, PatternType.LITERAL),
          new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.READ, AclPermissionType.DENY));

  private final LocalKafka kafka;

  /**
   * Starts the broker and creates the configured topics.
   *
   * @param folder for its data
   * @param brokerProperties by Kafka's names
   * @param config names the topics
   */
  public KafkaBroker(
      Path folder, Map<String, String> brokerProperties, Map<String, String> config) {
    Map<String, String> properties = new HashMap<>(brokerProperties);
    properties.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    properties.put("allow.everyone.if.no.acl.found", "true");
    try {
      kafka = LocalKafka.start(folder, 0, properties);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    kafka.provision(
        TestSettings.mapping(TopicsConfig.class, config),
        TestSettings.mapping(StorageConfig.class, config));
  }

  /** Its address, by configuration key. */
  public Map<String, String> config() {
    return kafka.config();
  }

  /** Its address. */
  public String bootstrapServers() {
    return kafka.config().getOrDefault(LocalServiceKind.KAFKA.configKeys().get(0), "");
  }

  /** Takes the right to be a member of any group away. */
  public void denyGroups() {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin.createAcls(List.of(NO_GROUPS)).all().get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Gives it back. */
  public void allowGroups() {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin.deleteAcls(List.of(NO_GROUPS.toFilter())).all().get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kafka.close();
  }
}
