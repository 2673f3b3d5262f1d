package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import org.junit.jupiter.api.Test;

/** The whole program, as a script starts it. */
@QuarkusMainTest
class MainTest {
  @Test
  void serveWithoutAModelSaysWhatIsMissingOnStandardErrorOnly(QuarkusMainLauncher launcher) {
    LaunchResult result = launcher.launch("serve");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.getErrorOutput()).contains("sanaq.model.path");
    assertThat(result.getOutput()).isEmpty();
  }
}
