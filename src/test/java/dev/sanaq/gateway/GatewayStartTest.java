package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The gateway's settings, checked by {@code serve}. */
@QuarkusMainTest
@TestProfile(GatewayStartTest.PublicHostProfile.class)
class GatewayStartTest {
  /** A host that other machines can reach, and no keys. */
  public static final class PublicHostProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "sanaq.worker.enabled",
          "false",
          "quarkus.http.host",
          "0.0.0.0",
          "kafka.bootstrap.servers",
          "127.0.0.1:1");
    }
  }

  @Test
  void serve_onPublicHostWithoutKeys_reportsSettings(QuarkusMainLauncher launcher) {
    LaunchResult result = launcher.launch("serve");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.getErrorOutput())
        .contains("error: the gateway has no keys and others can reach 0.0.0.0: set");
  }
}
