package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Whatever is on the topics: the worker lives on, answers every record, and keeps none of it. */
class BadInputsIT {
  private static final int RECORDS = Scale.chosen().of(2_000, 100_000);
  private static final int WARM = RECORDS / 4;
  private static final Duration PATIENCE = Duration.ofSeconds(Scale.chosen().of(180, 3600));

  /** Caches that fill and classes that load; a leak of one kilobyte a record would be 75 MB. */
  private static final long HEAP_GROWTH = 24L << 20;

  private final Random random = new Random(Scale.seed());
  private final BadInputs inputs = new BadInputs(random);
  private final Answers answers = new Answers();

  @Test
  void eachIsAnsweredAndTheWorkerLivesOnWithNoMoreMemory() throws Exception {
    try (Processes processes = new Processes("bad-inputs");
        Cluster cluster = new Cluster(processes, Scale.seed());
        KafkaProducer<byte[], byte[]> producer = producer(cluster);
        Reader reader = new Reader(cluster.bootstrapServers())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.limits.steps", "2");
      int port = Processes.freePort();
      Managed worker = Workers.serve(processes, config, checkpoint, port);
      Workers.awaitReady(worker, port);

      send(producer, 0, WARM);
      awaitWorkedOff(reader, worker);
      long heapBefore = Memory.heap(worker);
      long residentBefore = Memory.resident(worker);
      send(producer, WARM, RECORDS);
      awaitWorkedOff(reader, worker);
      long heapAfter = Memory.heap(worker);

      Set<String> good = good(cluster, reader);
      answers.count(reader, good);
      report(reader, heapBefore, heapAfter, residentBefore, Memory.resident(worker));
      assertThat(worker.alive()).isTrue();
      assertThat(answers.findings()).isEmpty();
      assertThat(answers.answered()).isEqualTo(RECORDS);
      assertThat(heapAfter - heapBefore).as("growth of the heap").isLessThan(HEAP_GROWTH);
    }
  }

  private void send(KafkaProducer<byte[], byte[]> producer, int from, int to) throws Exception {
    Map<Integer, Future<RecordMetadata>> sent =
        IntStream.range(from, to)
            .boxed()
            .collect(Collectors.toMap(n -> n, n -> producer.send(inputs.request(n))));
    for (int n = from; n < to; n += 10) {
      producer.send(inputs.cancellation(n)).get();
    }
    for (Map.Entry<Integer, Future<RecordMetadata>> record : sent.entrySet()) {
      RecordMetadata place = record.getValue().get();
      answers.sent(record.getKey(), place.partition() + "-" + place.offset());
    }
  }

  private static void awaitWorkedOff(Reader reader, Managed worker) {
    reader.readUntil(
        PATIENCE,
        () -> "lag %d\n%s".formatted(reader.lag(), worker.output()),
        () -> {
          assertThat(worker.alive()).as("the worker lives").isTrue();
          return reader.lag() == 0 && reader.atEnd();
        });
  }

  /** After all that, what is right is still drawn. */
  private static Set<String> good(Cluster cluster, Reader reader) {
    try (Ledger ledger = new Ledger(cluster.bootstrapServers())) {
      ledger.send(Prompts.good("good"));
    }
    reader.readUntil(
        Duration.ofSeconds(60),
        () -> "the good request is drawn",
        () -> reader.endingsOf("good").stream().anyMatch(end -> end.how().equals("completed")));
    return Set.of("good");
  }

  private void report(Reader reader, long before, long after, long resident, long residentAfter) {
    Report report = new Report("Bad inputs");
    report.line("bad records", RECORDS);
    report.line("bad cancellations", RECORDS / 10);
    report.line("dead letters", reader.letters().size());
    report.line("terminal events", reader.endings().size());
    report.line("not answered, or not once", RECORDS - answers.answered());
    report.line("live heap after a quarter of them, KiB", before >> 10);
    report.line("live heap after all, KiB", after >> 10);
    report.line("resident after a quarter of them, MiB", resident >> 20);
    report.line("resident after all, MiB", residentAfter >> 20);
    report.print();
  }

  private static KafkaProducer<byte[], byte[]> producer(Cluster cluster) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", cluster.bootstrapServers(), "batch.size", 65536),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
