package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** A gateway is ready once it could read S3. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class GatewayStorageTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Inject GatewayLifecycle gateway;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  URI root;

  @AfterEach
  void stopGateway() {
    GatewayRestart.stop(gateway);
  }

  @Test
  void missingBucket_isNamed_untilItIsCreated() {
    Map<String, String> config = GatewayTestClient.serviceConfig();
    String name = config.getOrDefault("sanaq.storage.bucket", "");
    GatewayTestClient api = new GatewayTestClient(root);
    try (KafkaS3Client client = new KafkaS3Client(config)) {
      S3Client s3 = client.s3();
      s3.deleteBucket(bucket -> bucket.bucket(name));
      gateway.start();
      Eventually.await("the bucket is named", TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(api.get("/q/health/ready").toString())
                      .contains("bucket " + name, "the bucket does not exist; create it"));
      assertThat(api.get("/v1/jobs").status()).isEqualTo(503);

      s3.createBucket(bucket -> bucket.bucket(name));
      api.awaitReady();
      assertThat(api.get("/q/health/ready").json().get("checks").toString())
          .contains("{\"name\":\"gateway\",\"status\":\"UP\"}");
    }
  }
}
