package dev.sanaq.kafka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Chooses how workers share partitions: by the broker's own protocol (KIP-848) where it has it, in
 * which nobody waits for the slowest member; else by the older one.
 */
final class GroupProtocol {
  private static final Logger LOG = Logger.getLogger(GroupProtocol.class);
  private static final String CONSUMER_PROTOCOL = "consumer";
  private static final String GROUP_VERSION_FEATURE = "group.version";

  /** What only the older protocol understands: whoever set it wants that one. */
  private static final List<String> CLASSIC_ONLY_KEYS =
      List.of(
          ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);

  private GroupProtocol() {}

  /** Sets the protocol in a consumer's configuration, unless the operator has. */
  static void configure(Map<String, Object> config) {
    if (!config.containsKey(ConsumerConfig.GROUP_PROTOCOL_CONFIG)
        && supportsConsumerProtocol(config)) {
      config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, CONSUMER_PROTOCOL);
    }
    configureClassic(config);
  }

  /** Sets how the older protocol shares partitions, unless the operator wants the newer one. */
  static void configureClassic(Map<String, Object> config) {
    if (!CONSUMER_PROTOCOL.equals(config.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG))) {
      // Others that come and go must not take a partition that is being worked on.
      config.putIfAbsent(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    }
  }

  private static boolean supportsConsumerProtocol(Map<String, Object> config) {
    if (CLASSIC_ONLY_KEYS.stream().anyMatch(config::containsKey)) {
      return false;
    }
    try (Admin admin = Admin.create(config)) {
      FinalizedVersionRange version =
          admin
              .describeFeatures()
              .featureMetadata()
              .get()
              .finalizedFeatures()
              .get(GROUP_VERSION_FEATURE);
      return version != null && version.maxVersionLevel() >= 1;
    } catch (ExecutionException e) {
      LOG.warnf(
          "the broker does not tell its features, so the older one is used: %s", e.getCause());
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
