package dev.sanaq;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The whole program, as a script starts it. */
@QuarkusMainTest
@TestProfile(MainTest.WorkerAlone.class)
class MainTest {
  /** Kafka's settings are checked first. */
  public static final class WorkerAlone implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.gateway.enabled", "false", "kafka.bootstrap.servers", "127.0.0.1:1");
    }
  }

  @Test
  void serve_withoutModel_reportsMissingKeyOnStderr(QuarkusMainLauncher launcher) {
    LaunchResult result = launcher.launch("serve");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.getErrorOutput()).contains("sanaq.model.path");
    assertThat(result.getOutput()).isEmpty();
  }
}
