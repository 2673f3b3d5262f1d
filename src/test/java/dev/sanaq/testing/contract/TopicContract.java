package dev.sanaq.testing.contract;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.kafka.RecordHash;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.kafka.request.DecodedRecord;
import dev.sanaq.kafka.request.RecordDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Holds every committed record of a test's topics to the published contract: events and dead
 * letters to their schemas, and requests and cancellations that a worker took to theirs. Records
 * that a test writes in the program's place have the source {@link #TEST_SOURCE}.
 */
public final class TopicContract {
  /** The {@code ce_source} of events that come from a test. */
  public static final String TEST_SOURCE = "/test";

  private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_REPORTED = 10;
  private static final ContractSchemas SCHEMAS = ContractSchemas.ofDefaults();

  /** A schema's name by event type. */
  private static final Map<String, String> EVENT_SCHEMAS =
      Map.of(
          JobEventFactory.STARTED, "job-started",
          JobEventFactory.PROGRESS, "job-progress",
          JobEventFactory.COMPLETED, "job-completed",
          JobEventFactory.FAILED, "job-failed",
          JobEventFactory.CANCELLED, "job-cancelled",
          WorkerStatus.TYPE, "worker-status");

  private final Map<String, String> config;
  private final List<String> violations = new ArrayList<>();
  private final Set<String> startedEvents = new HashSet<>();
  private int checked;

  private TopicContract(Map<String, String> config) {
    this.config = config;
  }

  /**
   * Reads all topics of a configuration to their end.
   *
   * @param config {@code kafka.bootstrap.servers} and, where they are not the defaults, the topics
   * @return how many records were checked
   * @throws AssertionError if one breaks the contract
   */
  public static int check(Map<String, String> config) {
    TopicContract contract = new TopicContract(config);
    contract.read("events", contract::checkEvent);
    contract.read("dead-letters", contract::checkDeadLetter);
    contract.read("requests", contract::checkRequest);
    contract.throwIfViolated();
    return contract.checked;
  }

  /**
   * Holds one record of the events or of the dead letters to its schema.
   *
   * @throws AssertionError if it breaks the contract
   */
  public static void requireValid(ConsumerRecord<byte[], byte[]> record) {
    TopicContract contract = new TopicContract(Map.of());
    if (record.headers().lastHeader(DeadLetterFactory.REASON) == null) {
      contract.checkEvent(record);
    } else {
      contract.checkDeadLetter(record);
    }
    contract.throwIfViolated();
  }

  private void throwIfViolated() {
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "%s records of the topics break META-INF/asyncapi.yaml:%n%s"
              .formatted(
                  violations.size(),
                  violations.stream()
                      .limit(MAX_REPORTED)
                      .collect(Collectors.joining(System.lineSeparator()))));
    }
  }

  private void checkEvent(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = headers(record);
    if (TEST_SOURCE.equals(headers.get("ce_source"))) {
      return;
    }
    report(record, SCHEMAS.validateValue("event-headers", headers));
    String type = headers.getOrDefault("ce_type", "");
    String schema = EVENT_SCHEMAS.get(type);
    report(
        record,
        schema == null
            ? List.of("unknown event type " + type)
            : SCHEMAS.validate(schema, bytes(record.value())));
    if (!headers.getOrDefault("ce_subject", "").equals(text(record.key()))) {
      report(record, List.of("the key is not the subject"));
    }
    if (type.equals(JobEventFactory.STARTED)) {
      startedEvents.add(headers.getOrDefault("ce_id", ""));
    }
  }

  private void checkDeadLetter(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = headers(record);
    report(record, SCHEMAS.validateValue("dead-letter-headers", headers));
    boolean whole = !headers.containsKey(DeadLetterFactory.ORIGINAL_BYTES);
    if (whole
        && topic("cancellations").equals(headers.get(DeadLetterFactory.SOURCE_TOPIC))
        && !headers.containsKey("ce_specversion")
        && SCHEMAS.validate("cancellation", bytes(record.value())).isEmpty()) {
      report(record, List.of("a refused cancellation that the schema accepts"));
    }
  }

  /** A request that a worker has started is valid by the schema. */
  private void checkRequest(ConsumerRecord<byte[], byte[]> record) {
    DecodedRecord decoded = new RecordDecoder(Integer.MAX_VALUE).decode(record);
    if (decoded instanceof DecodedRecord.Request request) {
      Map<String, Object> fields = request.request().fields();
      Object id = fields.getOrDefault("id", request.derivedId());
      if (startedEvents.contains("%s/started-%s".formatted(id, RecordHash.of(record)))) {
        report(record, SCHEMAS.validateValue("request", fields));
      }
    }
  }

  private void report(ConsumerRecord<byte[], byte[]> record, List<String> problems) {
    for (String problem : problems) {
      violations.add(
          "%s-%s@%s %s: %s"
              .formatted(
                  record.topic(),
                  record.partition(),
                  record.offset(),
                  headers(record).getOrDefault("ce_id", ""),
                  problem));
    }
  }

  private void read(
      String name, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> handler) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                config.getOrDefault("kafka.bootstrap.servers", ""),
                "isolation.level",
                "read_committed",
                "allow.auto.create.topics",
                "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = partitions(consumer.partitionsFor(topic(name)));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("%s cannot be read to its end".formatted(topic(name)));
        }
        consumer
            .poll(POLL_TIMEOUT)
            .forEach(
                record -> {
                  checked++;
                  handler.accept(record);
                });
      }
    } catch (BadJsonException e) {
      violations.add(e.getMessage());
    }
  }

  private String topic(String name) {
    return config.getOrDefault("sanaq.topics." + name, "sanaq." + name);
  }

  private static List<TopicPartition> partitions(List<PartitionInfo> infos) {
    return infos.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
  }

  private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      if (header.value() != null) {
        headers.put(header.key(), text(header.value()));
      }
    }
    return headers;
  }

  private static String text(byte[] value) {
    return new String(bytes(value), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(byte[] value) {
    return value == null ? new byte[0] : value;
  }
}
