package dev.sanaq.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.worker.LocalServicesResource;
import dev.sanaq.worker.Outside;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

/** Deliveries over HTTP, and the service as the program configures it. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class DeliveriesResourceTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @Inject KafkaClients kafka;
  @Inject TopicsConfig topics;
  @Inject WebhookService service;

  @TestHTTPResource("/v1/webhook-deliveries")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  URI deliveries;

  @Test
  void aJobsDeliveriesAreListedAndSentAgain() throws Exception {
    Delivery delivery = HttpSenderTest.delivery("https://hooks.example.com/x");
    write(delivery.after(new Outcome.Taken(204), delivery.time(), new RetrySchedule(() -> 0)));
    JsonNode listed = get("?job=a", 200).get("deliveries");
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).get("id").asText()).isEqualTo("a/completed");
    assertThat(listed.get(0).get("status").asText()).isEqualTo("delivered");
    assertThat(listed.get(0).get("ended").asText()).isEqualTo("2030-01-01T00:00:00Z");
    assertThat(listed.get(0).has("data")).isFalse();

    assertThat(post("/a/completed/resend", 202).get("status").asText()).isEqualTo("pending");
    assertThat(post("/a%2Fcompleted/resend", 202).get("attempts").asInt()).isZero();
    assertThat(get("?job=a", 200).get("deliveries").get(0).get("status").asText())
        .isEqualTo("pending");
    assertThat(get("?job=b", 200).get("deliveries")).isEmpty();
  }

  @Test
  void whatIsNotThereIsAProblem() throws Exception {
    assertThat(post("/b/completed/resend", 404).get("detail").asText()).contains("no such");
    assertThat(get("", 400).get("detail").asText()).contains("job's id");
    assertThat(get("?job=a%20b", 400).get("title").asText()).isEqualTo("Bad Request");
  }

  @Test
  void withoutASecretTheServiceOnlyWatches() {
    service.start();
    assertThat(service.healthy()).isTrue();
    service.stop();
    assertThat(service.healthy()).isTrue();
  }

  private void write(Delivery delivery) throws Exception {
    try (Consumer<byte[], byte[]> consumer = kafka.watcher();
        Producer<byte[], byte[]> producer = kafka.plain(Duration.ofSeconds(10))) {
      DeliveryLog log = DeliveryLog.of(consumer, topics.webhookDeliveries());
      producer.send(log.record(delivery)).get();
    }
  }

  private JsonNode get(String rest, int status) throws Exception {
    return answer(HttpRequest.newBuilder(URI.create(deliveries + rest)).build(), status);
  }

  private JsonNode post(String rest, int status) throws Exception {
    return answer(
        HttpRequest.newBuilder(URI.create(deliveries + rest))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build(),
        status);
  }

  private static JsonNode answer(HttpRequest request, int status) throws Exception {
    HttpResponse<byte[]> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(status);
    return Outside.json(answer.body());
  }
}
