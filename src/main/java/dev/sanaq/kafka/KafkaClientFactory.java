package dev.sanaq.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes Kafka's clients: the connection as the operator configured it, the promises as this program
 * needs them. Whoever asks for a client closes it.
 */
public final class KafkaClientFactory {
  // What is written at about the same time goes in one request. A flush does not wait for it.
  private static final int LINGER_MILLIS = 10;

  private final Map<String, Object> connectionProperties;

  /**
   * @param connection Kafka's own properties: brokers, encryption, credentials
   */
  public KafkaClientFactory(Map<String, Object> connection) {
    this.connectionProperties = Map.copyOf(connection);
  }

  /** Reads requests in a group, committed ones only; commits nothing itself. */
  public Consumer<byte[], byte[]> workerConsumer(String group, String clientId) {
    Map<String, Object> config = groupConfig(group, clientId, 100);
    // The backlog stays on the broker: a worker holds little more of it than it can work on.
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 * 1024 * 1024);
    GroupProtocol.configure(config);
    return new KafkaConsumer<>(config);
  }

  /** Reads in a group, committed records only, from the oldest on; commits nothing itself. */
  public Consumer<byte[], byte[]> groupConsumer(String group, String clientId, int recordsAPoll) {
    Map<String, Object> config = groupConfig(group, clientId, recordsAPoll);
    GroupProtocol.configureClassic(config);
    return new KafkaConsumer<>(config);
  }

  /** Reads a topic on its own, in no group, committed records only. */
  public Consumer<byte[], byte[]> standaloneConsumer() {
    Map<String, Object> config = consumerConfig();
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    return new KafkaConsumer<>(config);
  }

  /** Tells how far topics reach, transactions that are not settled yet included. */
  public Consumer<byte[], byte[]> endOffsetConsumer() {
    Map<String, Object> config = consumerConfig();
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    return new KafkaConsumer<>(config);
  }

  /** Writes what must not be lost, in no transaction. */
  public Producer<byte[], byte[]> idempotentProducer(Duration patience) {
    return new KafkaProducer<>(idempotentConfig(patience));
  }

  /** The same for many writers at once, who wait for nothing, or flush. */
  public Producer<byte[], byte[]> lingeringProducer(Duration patience) {
    Map<String, Object> config = idempotentConfig(patience);
    config.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    return new KafkaProducer<>(config);
  }

  /** Writes in transactions under that id, of which one producer at a time can be alive. */
  public Producer<byte[], byte[]> transactionalProducer(String transactionalId, Duration timeout) {
    Map<String, Object> config = producerConfig();
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Math.toIntExact(timeout.toMillis()));
    config.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    // The consumer's thread waits for it, and has other things to do.
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
    return new KafkaProducer<>(config);
  }

  private Map<String, Object> groupConfig(String group, String clientId, int recordsAPoll) {
    Map<String, Object> config = consumerConfig();
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, recordsAPoll);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return config;
  }

  private Map<String, Object> consumerConfig() {
    Map<String, Object> config = new HashMap<>(connectionProperties);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    config.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return config;
  }

  private Map<String, Object> idempotentConfig(Duration patience) {
    Map<String, Object> config = producerConfig();
    int millis = Math.toIntExact(patience.toMillis());
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
    // No batching pause: one event at a time is sent, and somebody waits for it.
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    return config;
  }
}
