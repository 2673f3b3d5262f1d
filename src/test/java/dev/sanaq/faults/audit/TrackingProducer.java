package dev.sanaq.faults.audit;

import dev.sanaq.faults.request.ExpectedRequest;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.kafka.RecordHash;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends requests and records the expected results.
 *
 * <p>Terminal events are counted by job. One is expected for each record, and events do not say
 * which record they answer. If N records have one job id, N events are expected: N times the same
 * event id if all requests are equal, because each record's answer is published with that record's
 * offset, and a reader drops repetitions by event id. Fewer events are lost ones, more are doubled
 * ones. For an unreadable record one dead letter is expected, identified by the record's position,
 * and a failed event in addition if its id could be read. Not thread-safe.
 */
public final class TrackingProducer implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, Expectation> expectations = new TreeMap<>();
  private final Set<String> expectedDeadLetters = new TreeSet<>();
  private final Set<ExpectedRequest> sent = Collections.newSetFromMap(new IdentityHashMap<>());
  private int records;
  private int duplicates;
  private int cancellations;

  /**
   * The expected result of a job.
   *
   * @param events the number of terminal events
   * @param outcomes the permitted outcomes
   */
  record Expectation(int events, Set<String> outcomes) {
    boolean canComplete() {
      return outcomes.contains("completed");
    }
  }

  /** Creates an idempotent producer that retries for minutes, through restarts of the broker. */
  public TrackingProducer(String bootstrapServers) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 300_000);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 300_000);
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends a request, with its cancellation if it has one, and waits for the acknowledgements. */
  public void send(ExpectedRequest request) {
    byte[] key = request.id().isEmpty() ? null : request.id().getBytes(StandardCharsets.UTF_8);
    RecordMetadata sentRecord =
        send(new ProducerRecord<>(TestRequests.TOPIC, key, request.value()));
    String position = sentRecord.partition() + "-" + sentRecord.offset();
    records++;
    if (!sent.add(request)) {
      duplicates++;
    }
    if (request.deadLetter()) {
      expectedDeadLetters.add(position);
    }
    if (!request.outcomes().isEmpty()) {
      String id =
          request.id().isEmpty()
              ? TestRequests.TOPIC + "-" + position + "-" + hash(sentRecord, request.value())
              : request.id();
      expectations.merge(id, new Expectation(1, request.outcomes()), TrackingProducer::merge);
    }
    if (request.cancelled()) {
      cancellations++;
      byte[] value =
          "{\"id\":\"%s\",\"reason\":\"test\"}"
              .formatted(request.id())
              .getBytes(StandardCharsets.UTF_8);
      send(new ProducerRecord<>("sanaq.cancellations", key, value));
    }
  }

  private static String hash(RecordMetadata sent, byte[] value) {
    return RecordHash.of(
        new ConsumerRecord<>(
            sent.topic(),
            sent.partition(),
            sent.offset(),
            sent.timestamp(),
            TimestampType.CREATE_TIME,
            0,
            value.length,
            new byte[0],
            value,
            new RecordHeaders(),
            Optional.empty()));
  }

  /** Returns the expected result of each job. */
  Map<String, Expectation> expectations() {
    return expectations;
  }

  /** Returns the positions of the records for which a dead letter is expected. */
  Set<String> expectedDeadLetters() {
    return expectedDeadLetters;
  }

  int records() {
    return records;
  }

  /** Adds the numbers of sent records to the table. */
  public void reportTo(FaultReport report) {
    report.line("requests sent", records);
    report.line("of them the same twice", duplicates);
    report.line("of them unreadable", expectedDeadLetters.size());
    report.line("cancellations sent", cancellations);
  }

  /** Returns whether the number of results is reached; {@link DeliveryAudit} compares them. */
  public boolean isComplete(
      List<TerminalEvent> terminalEvents, List<EventCollector.DeadLetterRecord> deadLetters) {
    int events = expectations.values().stream().mapToInt(Expectation::events).sum();
    return terminalEvents.size() >= events && deadLetters.size() >= expectedDeadLetters.size();
  }

  @Override
  public void close() {
    producer.close();
  }

  private RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (Exception e) {
      throw new AssertionError("the broker did not accept a record within minutes", e);
    }
  }

  private static Expectation merge(Expectation one, Expectation other) {
    Set<String> outcomes = new TreeSet<>(one.outcomes());
    outcomes.addAll(other.outcomes());
    return new Expectation(one.events() + other.events(), outcomes);
  }
}
