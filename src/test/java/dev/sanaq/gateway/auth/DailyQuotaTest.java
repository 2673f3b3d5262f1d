package dev.sanaq.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.job.Sha256;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DailyQuotaTest {
  private static final Instant NOW = Instant.parse("2030-01-01T12:00:00Z");

  private final DailyQuota quota = new DailyQuota(keysOfAlice(), Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void recordFromTheFuture_changesNoDay() {
    quota.countJob("alice:1", NOW);
    quota.countJob("alice:2", NOW.plus(Duration.ofDays(400)));
    quota.countJob("alice:3", NOW);
    assertThat(quota.jobsOn("alice", NOW)).isEqualTo(3);
    assertThat(quota.jobsOn("alice", NOW.plus(Duration.ofDays(1)))).isZero();
  }

  private static ApiKeyAuthenticator keysOfAlice() {
    GatewayConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(GatewayConfig.class)
            .withDefaultValues(Map.of("sanaq.gateway.keys.alice.sha256", Sha256.hex("secret")))
            .build()
            .getConfigMapping(GatewayConfig.class);
    return new ApiKeyAuthenticator(config, "127.0.0.1", false);
  }
}
