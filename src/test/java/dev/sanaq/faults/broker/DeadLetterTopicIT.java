package dev.sanaq.faults.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.TinyCheckpoint;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.ExpectedRequest;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.testing.process.HttpProbe;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Unreadable records while the topic of dead letters does not exist. */
@Tag("slow") // starts a broker, S3 and a worker as processes
class DeadLetterTopicIT {
  private static final String TOPIC = "sanaq.dead-letters";
  private static final int JOBS = FaultScale.fromSystemProperty().of(20, 500);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Test
  void missingDeadLetterTopic_goodJobsEnd_readinessSaysWhy_lettersFollow() throws Exception {
    try (TestProcesses processes = new TestProcesses("dead-letter-topic");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      admin.deleteTopics(List.of(TOPIC)).all().get();
      send(producer);
      int port = TestProcesses.freePort();
      ManagedProcess worker =
          WorkerPool.startWorker(
              processes,
              WorkerSettings.of(cluster),
              TinyCheckpoint.write(processes.folder().resolve("model")),
              port);
      try (EventCollector events = new EventCollector(cluster.bootstrapServers())) {
        events.readUntil(
            TIMEOUT,
            () -> "%s of %s good jobs ended".formatted(goodJobs(events), JOBS),
            () -> goodJobs(events) == JOBS);
      }
      worker.await(
          "names the missing topic in its readiness",
          TIMEOUT,
          () -> !HttpProbe.isReady(port) && HttpProbe.readiness(port).contains(TOPIC));

      admin.createTopics(List.of(new NewTopic(TOPIC, 4, (short) 1))).all().get();
      WorkerPool.awaitReady(worker, port);
      try (EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
        collector.awaitAnswers(producer, TIMEOUT, worker::name);
        DeliveryAudit audit = DeliveryAudit.of(producer, collector, cluster.storage(), Set.of());
        FaultReport report = new FaultReport("No topic of dead letters");
        producer.reportTo(report);
        audit.reportTo(report);
        report.print();
        assertThat(audit.findings()).isEmpty();
        assertThat(collector.startCounts().values()).as("starts of a job").containsOnly(1);
      }
    }
  }

  // Unreadable records of both kinds among the good ones: with an id, which is owed an event too.
  private static void send(TrackingProducer producer) {
    for (int i = 0; i < JOBS; i++) {
      if (i % 10 == 3) {
        producer.send(new ExpectedRequest("", bytes("no JSON " + i), Set.of(), true, false));
        String id = "torn-" + i;
        producer.send(
            new ExpectedRequest(
                id,
                bytes("{\"id\":\"%s\",\"prompt\":\"torn".formatted(id)),
                Set.of("failed:invalid_request"),
                true,
                false));
      }
      producer.send(TestRequests.valid("good-" + i));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long goodJobs(EventCollector collector) {
    return collector.terminalEvents().stream().filter(end -> end.job().startsWith("good-")).count();
  }
}
