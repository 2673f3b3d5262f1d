package dev.sanaq.faults;

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
final class Ledger implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, Due> due = new TreeMap<>();
  private final Set<String> lettersDue = new TreeSet<>();
  private final Set<Asked> sent = Collections.newSetFromMap(new IdentityHashMap<>());
  private int records;
  private int repeated;
  private int cancellations;

  /**
   * What a job is owed.
   *
   * @param events how many terminal events
   * @param ends how they may say that it ended
   */
  record Due(int events, Set<String> ends) {
    boolean drawn() {
      return ends.contains("completed");
    }
  }

  /** Writes through restarts of the broker, for minutes, and nothing twice. */
  Ledger(String bootstrapServers) {
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
  void send(Asked asked) {
    byte[] key = asked.id().isEmpty() ? null : asked.id().getBytes(StandardCharsets.UTF_8);
    RecordMetadata place = send(new ProducerRecord<>(Reader.REQUESTS, key, asked.value()));
    String where = place.partition() + "-" + place.offset();
    records++;
    if (!sent.add(asked)) {
      repeated++;
    }
    if (asked.deadLetter()) {
      lettersDue.add(where);
    }
    if (!asked.ends().isEmpty()) {
      String id = asked.id().isEmpty() ? Reader.REQUESTS + "-" + where : asked.id();
      due.merge(id, new Due(1, asked.ends()), Ledger::together);
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
  Map<String, Due> due() {
    return due;
  }

  /** The places of the records that are to be dead letters. */
  Set<String> lettersDue() {
    return lettersDue;
  }

  int records() {
    return records;
  }

  /** What was sent, for the table. */
  void tell(Report report) {
    report.line("requests sent", records);
    report.line("of them the same twice", repeated);
    report.line("of them unreadable", lettersDue.size());
    report.line("cancellations sent", cancellations);
  }

  /** Whether as much has come as is due; what it is, the audit says. */
  boolean isMet(List<Ending> endings, List<Reader.Letter> letters) {
    int events = due.values().stream().mapToInt(Due::events).sum();
    return endings.size() >= events && letters.size() >= lettersDue.size();
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

  private static Due together(Due one, Due other) {
    Set<String> ends = new TreeSet<>(one.ends());
    ends.addAll(other.ends());
    return new Due(one.events() + other.events(), ends);
  }
}
