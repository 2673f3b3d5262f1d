package dev.sanaq.train.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir private Path folder = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void setUp() {
    file = folder.resolve("metrics.jsonl");
  }

  @Test
  void append_isVisibleImmediately() throws IOException {
    MetricsLog log = MetricsLog.resume(file, -1);
    log.append(Map.of("step", 1));
    assertThat(file).hasContent("{\"step\":1}\n");
    log.append(Map.of("step", 2));
    assertThat(file).hasContent("{\"step\":1}\n{\"step\":2}\n");
  }

  /** The run was killed in the middle of a line after step 25; its last snapshot is of step 20. */
  @Test
  void resume_dropsLinesAfterSnapshot() throws IOException {
    MetricsLog log = MetricsLog.resume(file, -1);
    for (int step = 10; step <= 25; step += 5) {
      log.append(Map.of("step", step));
    }
    Files.writeString(file, "{\"step\":3", StandardOpenOption.APPEND);
    MetricsLog.resume(file, 20).append(Map.of("step", 21));
    assertThat(MetricsLog.read(file))
        .extracting(line -> line.get("step"))
        .containsExactly(10, 15, 20, 21);
  }

  @Test
  void newRun_truncatesLog() throws IOException {
    MetricsLog.resume(file, -1).append(Map.of("step", 0));
    MetricsLog.resume(file, -1);
    assertThat(file).isEmptyFile();
    assertThat(MetricsLog.read(folder.resolve("none"))).isEmpty();
  }

  @Test
  void append_withoutStep_isRejected() throws IOException {
    MetricsLog log = MetricsLog.resume(file, -1);
    assertThatThrownBy(() -> log.append(Map.of("loss", 1))).hasMessageContaining("step");
  }
}
