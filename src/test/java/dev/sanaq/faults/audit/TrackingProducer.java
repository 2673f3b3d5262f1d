package dev.sanaq.faults.audit;

import dev.sanaq.faults.request.ExpectedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends requests and keeps the account of what is due for them.
 *
 * <p>What is counted: terminal events by job. A record is owed one terminal event, and events do
 * not say which record they answer, so a job of which N records were sent is owed N: N times the
 * same event id where all ask for the same, since each record's answer is published with that
 * record's offset, and a reader drops repetitions by the event's id. Fewer are lost ones, more are
 * doubled ones. What cannot be read is owed one dead letter, known by the record's own place, and
 * an event besides where its id could be read. One thread.
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
   * What a job is owed.
   *
   * @param events how many terminal events
   * @param outcomes how they may say that it ended
   */
  record Expectation(int events, Set<String> outcomes) {
    boolean canComplete() {
      return outcomes.contains("completed");
    }
  }

  /** Writes through restarts of the broker, for minutes, and nothing twice. */
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

  /** Sends one; on return the broker has it and it is owed. */
  public void send(ExpectedRequest asked) {
    byte[] key = asked.id().isEmpty() ? null : asked.id().getBytes(StandardCharsets.UTF_8);
    RecordMetadata place = send(new ProducerRecord<>(EventCollector.REQUESTS, key, asked.value()));
    String where = place.partition() + "-" + place.offset();
    records++;
    if (!sent.add(asked)) {
      duplicates++;
    }
    if (asked.deadLetter()) {
      expectedDeadLetters.add(where);
    }
    if (!asked.outcomes().isEmpty()) {
      String id = asked.id().isEmpty() ? EventCollector.REQUESTS + "-" + where : asked.id();
      expectations.merge(id, new Expectation(1, asked.outcomes()), TrackingProducer::merge);
    }
    if (asked.cancelled()) {
      cancellations++;
      byte[] value =
          "{\"id\":\"%s\",\"reason\":\"no more\"}"
              .formatted(asked.id())
              .getBytes(StandardCharsets.UTF_8);
      send(new ProducerRecord<>("sanaq.cancellations", key, value));
    }
  }

  /** What each job is owed. */
  Map<String, Expectation> expectations() {
    return expectations;
  }

  /** The places of the records that are to be dead letters. */
  Set<String> expectedDeadLetters() {
    return expectedDeadLetters;
  }

  int records() {
    return records;
  }

  /** What was sent, for the table. */
  public void reportTo(FaultReport report) {
    report.line("requests sent", records);
    report.line("of them the same twice", duplicates);
    report.line("of them unreadable", expectedDeadLetters.size());
    report.line("cancellations sent", cancellations);
  }

  /** Whether as much has come as is due; what it is, the audit says. */
  public boolean isComplete(
      List<TerminalEvent> endings, List<EventCollector.DeadLetterRecord> letters) {
    int events = expectations.values().stream().mapToInt(Expectation::events).sum();
    return endings.size() >= events && letters.size() >= expectedDeadLetters.size();
  }

  @Override
  public void close() {
    producer.close();
  }

  private RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (Exception e) {
      throw new AssertionError("the broker did not take a record in minutes", e);
    }
  }

  private static Expectation merge(Expectation one, Expectation other) {
    Set<String> ends = new TreeSet<>(one.outcomes());
    ends.addAll(other.outcomes());
    return new Expectation(one.events() + other.events(), ends);
  }
}
