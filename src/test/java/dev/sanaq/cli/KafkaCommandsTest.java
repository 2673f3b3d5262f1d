package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.worker.LocalServicesResource;
import dev.sanaq.worker.Outside;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that speak to Kafka, as a script runs them; nobody draws. */
@QuarkusMainTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class KafkaCommandsTest {
  @Test
  void submitPrintsTheIdOfWhatItSent(QuarkusMainLauncher launcher) {
    LaunchResult result = launcher.launch("submit", "--prompt", "a pear", "--id", "a", "--json");
    assertThat(result.exitCode()).as(result.getErrorOutput()).isZero();
    assertThat(json(result.getOutput()).get("id").asText()).isEqualTo("a");
  }

  @Test
  void submitTakesARequestFromAFileWithOptionsOnTop(
      QuarkusMainLauncher launcher, @TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("r.json"), "{\"id\":\"b\",\"prompt\":\"p\"}");
    LaunchResult result = launcher.launch("submit", "--file", file.toString(), "--id", "c");
    assertThat(result.exitCode()).as(result.getErrorOutput()).isZero();
    assertThat(result.getOutput().strip()).isEqualTo("c");
  }

  @Test
  void waitingForWhatNobodyDrawsFailsInTime(QuarkusMainLauncher launcher) {
    LaunchResult result =
        launcher.launch("submit", "--prompt", "a pear", "--wait", "--timeout", "PT1S");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.getErrorOutput()).contains("did not end within PT1S");
  }

  @Test
  void wrongUseIsExitCodeTwo(QuarkusMainLauncher launcher) {
    assertThat(launcher.launch("submit").exitCode()).isEqualTo(2);
    assertThat(launcher.launch("submit", "--prompt", "p", "--id", "a b").exitCode()).isEqualTo(2);
    assertThat(launcher.launch("submit", "--file", "/no/such/file").exitCode()).isEqualTo(2);
    assertThat(launcher.launch("nonsense").exitCode()).isEqualTo(2);
  }

  @Test
  void serveWithoutAModelSaysWhatIsMissing(QuarkusMainLauncher launcher) {
    LaunchResult result = launcher.launch("serve");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.getErrorOutput()).contains("sanaq.model.path");
  }

  private static JsonNode json(String text) {
    return Outside.json(text.getBytes(StandardCharsets.UTF_8));
  }
}
