package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.testing.Pause;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.inject.Inject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Test;

/** The gateway's channels: which clients they create, and what they survive. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class GatewayChannelsTest extends GatewayTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** No fetch that was sent before a pause is still on its way after this time. */
  private static final Duration FETCH_IS_OVER = Duration.ofSeconds(1);

  @Inject KafkaClientService clients;

  private final String request = "{\"id\":\"%s\",\"prompt\":\"a red apple\"}".formatted(id);

  @Test
  void gateway_createsNoClientOfTheWorker() {
    assertThat(clients.getConsumer("job-view").unwrap()).isNotNull();
    assertThat(clients.getProducer("requests-out").unwrap()).isNotNull();
    assertThat(clients.getConsumer("cancellations").unwrap()).isNull();
    assertThat(clients.getConsumer("unsigned-webhooks").unwrap()).isNull();
    assertThat(clients.getProducer("progress-out").unwrap()).isNull();
    assertThat(client.get("/q/health/live").json().toString())
        .contains("job-view", "requests-out", "cancellations-out");
  }

  @Test
  void viewThatFallsBehindRetention_goesOnAtTheOldestRecord() throws Exception {
    Map<String, String> services = GatewayTestClient.serviceConfig();
    try (ScriptedWorker worker = new ScriptedWorker(services)) {
      client.post("/v1/jobs", request);
      client.awaitState(id, "queued");
      KafkaConsumer<byte[], byte[]> view = clients.getConsumer("job-view");
      view.pause().await().atMost(TIMEOUT);
      Pause.of(FETCH_IS_OVER);
      worker.publishStarted(id);
      deleteAll(services.getOrDefault("sanaq.topics.events", ""));
      worker.publishCancelled(id);
      view.resume().await().atMost(TIMEOUT);
      client.awaitState(id, "cancelled");
    }
  }

  /** No worker will ever run them, so KEDA must not start one for them. */
  @Test
  void requestsThatRetentionDeleted_leaveTheBacklog() throws Exception {
    client.post("/v1/jobs", request);
    client.awaitState(id, "queued");
    Eventually.await("the request is queued", TIMEOUT).until(() -> queued() > 0);
    deleteAll(GatewayTestClient.serviceConfig().getOrDefault("sanaq.topics.requests", ""));
    Eventually.await("the deleted request is not queued", TIMEOUT).until(() -> queued() == 0);
    assertThat(client.get("/v1/jobs/" + id).status()).isEqualTo(404);
    assertThat(client.post("/v1/jobs", request.replace(id, "next-" + id)).status()).isEqualTo(202);
    client.awaitState("next-" + id, "queued");
  }

  private int queued() {
    return client.get("/v1/backlog").json().get("queued").asInt();
  }

  @Test
  void producerThatRefusesEveryRecord_isUnavailable_andLivenessAsksForARestart() throws Exception {
    assertThat(client.post("/v1/jobs", request).status()).isEqualTo(202);
    client.awaitState(id, "queued");
    assertThat(client.get("/q/health/live").status()).isEqualTo(200);
    makeFatal(clients.getProducer("cancellations-out").unwrap());
    assertThat(client.delete("/v1/jobs/" + id).status()).isEqualTo(503);
    assertThat(gateway.failureReason().orElseThrow())
        .startsWith("nothing can be sent to %s any more: ".formatted(cancellationsTopic()));
    GatewayTestClient.ApiResponse live = client.get("/q/health/live");
    assertThat(live.status()).isEqualTo(503);
    assertThat(live.json().toString()).contains("nothing can be sent to");
  }

  /**
   * Does what the client does when the broker refuses it while it asks for its producer id. A
   * broker cannot be made to refuse just that request.
   */
  private static void makeFatal(Producer<?, ?> producer) throws ReflectiveOperationException {
    Field field = KafkaProducer.class.getDeclaredField("transactionManager");
    field.setAccessible(true);
    Object manager = field.get(producer);
    Method fatal =
        manager.getClass().getDeclaredMethod("transitionToFatalError", RuntimeException.class);
    fatal.setAccessible(true);
    fatal.invoke(manager, new SaslAuthenticationException("refused by the test"));
  }

  private static String cancellationsTopic() {
    return GatewayTestClient.serviceConfig().getOrDefault("sanaq.topics.cancellations", "");
  }

  private static void deleteAll(String topic) throws ExecutionException, InterruptedException {
    String servers = GatewayTestClient.serviceConfig().getOrDefault("kafka.bootstrap.servers", "");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      int partitions =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get()
              .values()
              .iterator()
              .next()
              .partitions()
              .size();
      Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
      for (int i = 0; i < partitions; i++) {
        TopicPartition partition = new TopicPartition(topic, i);
        long end =
            admin
                .listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
        deleted.put(partition, RecordsToDelete.beforeOffset(end));
      }
      admin.deleteRecords(deleted).all().get();
    }
  }
}
