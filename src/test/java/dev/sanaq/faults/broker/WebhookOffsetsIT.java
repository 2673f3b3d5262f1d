package dev.sanaq.faults.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.ExpectedRequest;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.GatewayProcess;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.webhook.TestReceiver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Events that the webhooks read again: no receiver is called a second time. */
@Tag("slow") // starts a broker, S3, a worker and gateways as processes
class WebhookOffsetsIT {
  private static final String GROUP = "sanaq-webhooks";
  private static final int JOBS = FaultScale.fromSystemProperty().of(20, 500);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private int sent;

  @Test
  void eventsReadAgain_afterRebalanceAndLostOffsets_callNoReceiverAgain() throws Exception {
    try (TestProcesses processes = new TestProcesses("webhook-offsets");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers());
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        TestReceiver receiver = new TestReceiver(TestReceiver.status(204))) {
      Map<String, String> config = config(cluster, receiver);
      ManagedProcess worker = WorkerPool.startFaultyWorker(processes, config);
      ManagedProcess first = GatewayProcess.start(processes, config).process();
      send(producer, receiver);
      awaitCalls(receiver);

      ManagedProcess second = GatewayProcess.start(processes, config).process();
      Eventually.await("both gateways are members", TIMEOUT).until(() -> members(admin) == 2);
      send(producer, receiver);
      awaitCalls(receiver);

      // A call whose result is not written yet is repeated: webhooks are sent at least once.
      Pause.of(Duration.ofSeconds(3));
      first.kill();
      second.kill();
      Eventually.await("the group is empty", TIMEOUT).until(() -> members(admin) == 0);
      admin.deleteConsumerGroups(List.of(GROUP)).all().get();
      GatewayProcess.start(processes, config);
      // Behind the events that are read again, in every partition.
      send(producer, receiver);
      awaitCalls(receiver);
      collector.awaitAnswers(producer, TIMEOUT, worker::name);
      DeliveryAudit audit = DeliveryAudit.of(producer, collector, cluster.storage(), Set.of());
      FaultReport report = new FaultReport("Webhooks whose offsets are lost");
      report.line("calls", receiver.received().size());
      report.line("calls repeated", repeated(receiver).size());
      producer.reportTo(report);
      audit.reportTo(report);
      report.print();
      assertThat(repeated(receiver)).as("events told more than once").isEmpty();
      assertThat(audit.findings()).isEmpty();
    }
  }

  private void send(TrackingProducer producer, TestReceiver receiver) {
    for (int i = 0; i < JOBS; i++) {
      String id = "job-" + sent++;
      String value =
          ("{\"id\":\"%s\",\"prompt\":\"an image\",\"width\":32,\"height\":32,\"steps\":1,"
                  + "\"resolutionBinning\":false,\"callbackUrl\":\"%s\"}")
              .formatted(id, receiver.url());
      producer.send(
          new ExpectedRequest(
              id, value.getBytes(StandardCharsets.UTF_8), Set.of("completed"), false, false));
    }
  }

  private void awaitCalls(TestReceiver receiver) {
    Eventually.await("a call for every job", TIMEOUT)
        .untilAsserted(() -> assertThat(calls(receiver)).hasSize(sent));
  }

  private static Map<String, Long> calls(TestReceiver receiver) {
    return receiver.received().stream()
        .collect(Collectors.groupingBy(TestReceiver.Received::id, Collectors.counting()));
  }

  private static Set<String> repeated(TestReceiver receiver) {
    return calls(receiver).entrySet().stream()
        .filter(call -> call.getValue() > 1)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static int members(Admin admin) throws Exception {
    return admin
        .describeConsumerGroups(List.of(GROUP))
        .all()
        .get()
        .values()
        .iterator()
        .next()
        .members()
        .size();
  }

  private static Map<String, String> config(Cluster cluster, TestReceiver receiver) {
    Map<String, String> config = new TreeMap<>(WorkerSettings.of(cluster));
    config.put("sanaq.webhook.secrets", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    config.put("sanaq.webhook.allow-http", "true");
    config.put("sanaq.webhook.allowed-hosts", "127.0.0.0/8");
    config.put("sanaq.webhook.ports", String.valueOf(receiver.port()));
    return config;
  }
}
