package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.BadInputAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.TinyCheckpoint;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.BadInputs;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ProcessMemory;
import dev.sanaq.testing.process.TestProcesses;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Malformed records: the worker survives, answers each of them once, and leaks no memory. */
@Tag("slow") // sends 2,000 records to a worker, a broker and S3 that are processes
class BadInputsIT {
  private static final int RECORDS = FaultScale.fromSystemProperty().of(2_000, 100_000);
  private static final int WARM_UP_RECORDS = RECORDS / 4;
  private static final Duration TIMEOUT =
      Duration.ofSeconds(FaultScale.fromSystemProperty().of(180, 3600));

  /** For caches and loaded classes; a leak of one kilobyte for each record would be 75 MB. */
  private static final long MAX_HEAP_GROWTH = 24L << 20;

  private final Random random = new Random(FaultScale.seed());
  private final BadInputs inputs = new BadInputs(random);
  private final BadInputAudit audit = new BadInputAudit();

  @Test
  void badInputs_areEachAnsweredOnce_withoutMemoryGrowth() throws Exception {
    try (TestProcesses processes = new TestProcesses("bad-inputs");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        KafkaProducer<byte[], byte[]> producer = producer(cluster);
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.limits.max-steps", "2");
      int port = TestProcesses.freePort();
      ManagedProcess worker = WorkerPool.startWorker(processes, config, checkpoint, port);
      WorkerPool.awaitReady(worker, port);

      send(producer, 0, WARM_UP_RECORDS);
      awaitNoLag(collector, worker);
      long heapBefore = ProcessMemory.liveHeapBytes(worker);
      long residentBefore = ProcessMemory.residentBytes(worker);
      send(producer, WARM_UP_RECORDS, RECORDS);
      awaitNoLag(collector, worker);
      long heapAfter = ProcessMemory.liveHeapBytes(worker);

      Set<String> valid = sendValidRequest(cluster, collector);
      audit.countAnswers(collector, valid);
      report(collector, heapBefore, heapAfter, residentBefore, ProcessMemory.residentBytes(worker));
      assertThat(worker.isAlive()).isTrue();
      assertThat(audit.findings()).isEmpty();
      assertThat(audit.answered()).isEqualTo(RECORDS);
      assertThat(heapAfter - heapBefore).as("growth of the live heap").isLessThan(MAX_HEAP_GROWTH);
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
      RecordMetadata sentRecord = record.getValue().get();
      audit.recordSent(record.getKey(), sentRecord.partition() + "-" + sentRecord.offset());
    }
  }

  private static void awaitNoLag(EventCollector collector, ManagedProcess worker) {
    collector.readUntil(
        TIMEOUT,
        () -> "lag %s\n%s".formatted(collector.lag(), worker.output()),
        () -> {
          assertThat(worker.isAlive()).as("worker is alive").isTrue();
          return collector.lag() == 0 && collector.isAtEnd();
        });
  }

  /** Checks that a valid request still completes. */
  private static Set<String> sendValidRequest(Cluster cluster, EventCollector collector) {
    try (TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers())) {
      producer.send(TestRequests.valid("valid"));
    }
    collector.readUntil(
        Duration.ofSeconds(60),
        () -> "the valid request has not completed",
        () ->
            collector.terminalEventsOf("valid").stream()
                .anyMatch(event -> event.outcome().equals("completed")));
    return Set.of("valid");
  }

  private void report(
      EventCollector collector,
      long heapBefore,
      long heapAfter,
      long residentBefore,
      long residentAfter) {
    FaultReport report = new FaultReport("Bad inputs");
    report.line("bad records", RECORDS);
    report.line("bad cancellations", RECORDS / 10);
    report.line("dead letters", collector.deadLetters().size());
    report.line("terminal events", collector.terminalEvents().size());
    report.line("not answered, or not once", RECORDS - audit.answered());
    report.line("live heap after a quarter of them, KiB", heapBefore >> 10);
    report.line("live heap after all, KiB", heapAfter >> 10);
    report.line("resident after a quarter of them, MiB", residentBefore >> 20);
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
