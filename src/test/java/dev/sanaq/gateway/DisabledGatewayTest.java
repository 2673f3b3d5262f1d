package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.testing.GatewayTestClient;
import io.quarkus.arc.Arc;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A process without a gateway, and without Kafka. */
@QuarkusTest
@TestProfile(DisabledGatewayTest.DisabledProfile.class)
class DisabledGatewayTest {
  @Inject GatewayLifecycle gateway;
  @Inject KafkaClientService clients;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  URI root;

  /** Turns the gateway off. */
  public static final class DisabledProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.gateway.enabled", "false");
    }
  }

  @Test
  void disabledGateway_isUnavailable_andCreatesNoClients() {
    gateway.start();
    GatewayTestClient api = new GatewayTestClient(root);

    assertThat(api.get("/v1/jobs").status()).isEqualTo(503);
    assertThat(api.get("/v1/models").status()).isEqualTo(503);
    assertThat(api.get("/q/health/ready").json().get("checks").toString())
        .contains("{\"name\":\"gateway\",\"status\":\"UP\"}");
    assertThat(
            Arc.container()
                .getActiveContext(ApplicationScoped.class)
                .getState()
                .getContextualInstances()
                .keySet())
        .extracting(bean -> bean.getImplementationClass().getSimpleName())
        .contains("GatewayLifecycle")
        .doesNotContain("RequestChannel", "JobArchive", "JobViewUpdater", "JobView");
    // So it is for every command: a channel connects when it is used first.
    assertThat(clients.getConsumerChannels())
        .contains("job-view", "cancellations")
        .allSatisfy(channel -> assertThat(clients.getConsumer(channel).unwrap()).isNull());
    assertThat(clients.getProducerChannels())
        .contains("requests-out", "cancellations-out", "progress-out")
        .allSatisfy(channel -> assertThat(clients.getProducer(channel).unwrap()).isNull());
  }
}
