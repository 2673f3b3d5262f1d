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
 * Chooses the consumer group protocol: the broker's new protocol (KIP-848), in which a rebalance
 * does not wait for the slowest member, where the broker supports it; otherwise the classic one.
 */
final class GroupProtocol {
  private static final Logger LOG = Logger.getLogger(GroupProtocol.class);
  private static final String CONSUMER_PROTOCOL = "consumer";
  private static final String GROUP_VERSION_FEATURE = "group.version";

  /** Settings of the classic protocol only: an operator who sets one selects that protocol. */
  private static final List<String> CLASSIC_ONLY_KEYS =
      List.of(
          ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);

  private GroupProtocol() {}

  /** Whether the operator has chosen a protocol. */
  static boolean isConfigured(Map<String, Object> config) {
    return config.containsKey(ConsumerConfig.GROUP_PROTOCOL_CONFIG)
        || CLASSIC_ONLY_KEYS.stream().anyMatch(config::containsKey);
  }

  /** Sets the protocol in a consumer's configuration, unless the operator has set it. */
  static void configure(Map<String, Object> config) {
    if (!isConfigured(config) && supportsConsumerProtocol(config)) {
      config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, CONSUMER_PROTOCOL);
    }
    configureClassic(config);
  }

  /** Sets the assignor of the classic protocol, unless the operator has chosen the new protocol. */
  static void configureClassic(Map<String, Object> config) {
    if (!CONSUMER_PROTOCOL.equals(config.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG))) {
      // Other members that join or leave must not revoke a partition with running jobs.
      config.putIfAbsent(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    }
  }

  private static boolean supportsConsumerProtocol(Map<String, Object> config) {
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
          "could not read the broker's features; using the classic group protocol: %s",
          e.getCause());
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
