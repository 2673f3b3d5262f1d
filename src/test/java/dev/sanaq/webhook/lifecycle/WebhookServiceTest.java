package dev.sanaq.webhook.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.eclipse.microprofile.health.HealthCheckResponse.Status.DOWN;
import static org.eclipse.microprofile.health.HealthCheckResponse.Status.UP;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.webhook.WebhookConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WebhookServiceTest {
  @RegisterExtension static final TestServices services = new TestServices();

  @Test
  void started_isReady_andRegistersPendingDeliveriesMetric() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Vertx vertx = Vertx.vertx();
    try {
      Map<String, Object> kafka =
          new HashMap<>(Map.of("bootstrap.servers", services.bootstrapServers()));
      WebhookRuntime.Settings settings =
          new WebhookRuntime.Settings(
              config(),
              TestSettings.mapping(TopicsConfig.class, services.config()),
              TestSettings.mapping(EventsConfig.class, Map.of()),
              kafka);
      // With a secret nothing subscribes to the channel of unsigned webhooks.
      MissingSecretWarner unused = new MissingSecretWarner(Multi.createFrom().nothing());
      WebhookService service = new WebhookService(settings, vertx, meters, unused);
      WebhookReadiness readiness = new WebhookReadiness(service);
      assertThat(readiness.call().getStatus()).as("before Kafka has accepted it").isEqualTo(DOWN);
      service.start();
      assertThat(readiness.call().getStatus()).isEqualTo(UP);
      assertThat(meters.get("sanaq.webhook.deliveries.pending").gauge().value()).isZero();
      service.stop();
      assertThat(readiness.call().getStatus()).as("after the stop").isEqualTo(DOWN);
    } finally {
      vertx.close();
    }
  }

  private static WebhookConfig config() {
    return new SmallRyeConfigBuilder()
        .withMapping(WebhookConfig.class)
        .withDefaultValues(services.config())
        .withDefaultValue("sanaq.webhook.secrets", "whsec_" + "A".repeat(40))
        .build()
        .getConfigMapping(WebhookConfig.class);
  }
}
