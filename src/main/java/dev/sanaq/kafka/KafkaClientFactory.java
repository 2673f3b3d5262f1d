package dev.sanaq.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ClientDnsLookup;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Creates Kafka clients: connection properties come from the operator; isolation level, acks and
 * idempotence are fixed here. The caller closes each client. Any number of threads.
 */
public final class KafkaClientFactory {
  // Batches concurrent writes into one request. A flush does not wait for it.
  private static final int LINGER_MILLIS = 10;

  // Bounds the memory of a poll: fetch sizes count compressed bytes, and a batch of large records
  // can be compressed to almost nothing. With records of 1 MB, Kafka's default limit, 32 MB.
  private static final int MAX_POLL_RECORDS = 32;

  private final Map<String, Object> connectionProperties;

  /**
   * @param connectionProperties Kafka client properties: brokers, encryption, credentials
   */
  public KafkaClientFactory(Map<String, Object> connectionProperties) {
    this.connectionProperties = Map.copyOf(connectionProperties);
  }

  /**
   * Creates a client, which connects to nothing yet, and closes it.
   *
   * @throws IllegalArgumentException if no brokers are configured
   * @throws KafkaException if no client can be created with the connection properties: an unknown
   *     value, an address that cannot be resolved, a key store that cannot be read
   */
  public void check() {
    if (!connectionProperties.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
      throw new IllegalArgumentException("no Kafka: set kafka.bootstrap.servers");
    }
    Admin.create(connectionProperties).close(Duration.ZERO);
  }

  /** A group consumer for requests: read_committed, no auto commit. */
  public Consumer<byte[], byte[]> workerConsumer(String group, String clientId) {
    Map<String, Object> config = groupConfig(group, clientId, MAX_POLL_RECORDS);
    GroupProtocol.configure(config);
    return new KafkaConsumer<>(config);
  }

  /**
   * Completes the configuration of consumers of the channel of requests. All get the group protocol
   * that is chosen here, unless the operator has chosen one. It throws a {@link ConfigException} if
   * the brokers' addresses cannot be resolved: a channel's consumer that could not be created would
   * leave its polling thread.
   */
  public java.util.function.Consumer<Map<String, Object>> workerConfiguration(String clientId) {
    Map<String, Object> chosen = new HashMap<>(connectionProperties);
    GroupProtocol.configure(chosen);
    chosen.keySet().removeAll(connectionProperties.keySet());
    return config -> {
      ClientUtils.parseAndValidateAddresses(
          List.of(
              String.valueOf(config.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)).split(",")),
          ClientDnsLookup.USE_ALL_DNS_IPS);
      if (GroupProtocol.isConfigured(config)) {
        GroupProtocol.configureClassic(config);
      } else {
        config.putAll(chosen);
      }
      config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    };
  }

  /** A group consumer that starts at the oldest record: read_committed, no auto commit. */
  public Consumer<byte[], byte[]> groupConsumer(String group, String clientId, int maxPollRecords) {
    Map<String, Object> config = groupConfig(group, clientId, maxPollRecords);
    GroupProtocol.configureClassic(config);
    return new KafkaConsumer<>(config);
  }

  /**
   * A consumer without a group: read_committed. If the record at its position has been deleted, it
   * goes on at the oldest one.
   */
  public Consumer<byte[], byte[]> standaloneConsumer() {
    Map<String, Object> config = consumerConfig();
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new KafkaConsumer<>(config);
  }

  /** A consumer for end offsets that include pending transactions: read_uncommitted, no group. */
  public Consumer<byte[], byte[]> endOffsetConsumer() {
    Map<String, Object> config = consumerConfig();
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    return new KafkaConsumer<>(config);
  }

  /**
   * An idempotent producer without transactions.
   *
   * @param timeout limit of a send, its blocking part included
   */
  public Producer<byte[], byte[]> idempotentProducer(Duration timeout) {
    return new KafkaProducer<>(idempotentConfig(timeout));
  }

  /**
   * A transactional producer. It fences every earlier producer with the same transactional id.
   *
   * @param timeout how long a transaction of a dead producer blocks readers
   */
  public Producer<byte[], byte[]> transactionalProducer(String transactionalId, Duration timeout) {
    Map<String, Object> config = producerConfig();
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Math.toIntExact(timeout.toMillis()));
    config.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    // The consumer's poll thread waits for it.
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
    return new KafkaProducer<>(config);
  }

  private Map<String, Object> groupConfig(String group, String clientId, int maxPollRecords) {
    Map<String, Object> config = consumerConfig();
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPollRecords);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    // The backlog stays on the broker: a member fetches little more than it can process.
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 * 1024 * 1024);
    return config;
  }

  private Map<String, Object> consumerConfig() {
    Map<String, Object> config = new HashMap<>(connectionProperties);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    config.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return config;
  }

  private Map<String, Object> idempotentConfig(Duration timeout) {
    Map<String, Object> config = producerConfig();
    int millis = Math.toIntExact(timeout.toMillis());
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, millis / 2));
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    return config;
  }

  private Map<String, Object> producerConfig() {
    Map<String, Object> config = new HashMap<>(connectionProperties);
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    // No linger: events are sent one at a time, and clients wait for them.
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    return config;
  }
}
