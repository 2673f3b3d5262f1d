package dev.sanaq.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void render_showsProgressAndTimeLeft() {
    assertThat(ProgressBar.render("denoise", 0, 10, 20, Duration.ofSeconds(12)))
        .isEqualTo("denoise  [############------------]  50%  10/20  0:12, 0:12 left");
    assertThat(ProgressBar.render("denoise", 0, 1, 4, Duration.ofSeconds(75)))
        .isEqualTo("denoise  [######------------------]  25%  1/4  1:15, 3:45 left");
  }

  @Test
  void render_beforeFirstUnit_hasNoEstimate() {
    assertThat(ProgressBar.render("denoise", 0, 0, 20, Duration.ZERO))
        .isEqualTo("denoise  [------------------------]   0%  0/20  0:00");
  }

  @Test
  void render_lastUnit_fillsBar() {
    assertThat(ProgressBar.render("denoise", 0, 20, 20, Duration.ofHours(1).plusSeconds(61)))
        .isEqualTo("denoise  [########################] 100%  20/20  1:01:01, 0:00 left");
  }

  @Test
  void render_unknownTotal_hasNoBar() {
    assertThat(ProgressBar.render("decode", 0, 0, 0, Duration.ofSeconds(3)))
        .isEqualTo("decode   0:03");
  }

  @Test
  void elapsed_countsFromStageStart() {
    ProgressBar bar = bar(true);
    bar.show("text");
    now = now.plusSeconds(5);
    bar.show("denoise", 0, 2);
    now = now.plusSeconds(4);
    bar.show("denoise", 1, 2);
    assertThat(output())
        .endsWith("\rdenoise  [############------------]  50%  1/2  0:04, 0:04 left\u001b[K");
  }

  @Test
  void repaint_isThrottled_butAlwaysAtEnd() {
    ProgressBar bar = bar(true);
    for (int i = 0; i <= 1000; i++) {
      bar.show("denoise", i, 1000);
      now = now.plusMillis(1);
    }
    assertThat(output().split("\r")).hasSize(1 + 10 + 1);
    assertThat(output()).contains("1000/1000");
  }

  /** What was done before a run was stopped took no time of this one. */
  @Test
  void resumedWork_doesNotSkewEstimate() {
    ProgressBar bar = bar(true);
    bar.show("train", 900, 1000, "");
    now = now.plusSeconds(10);
    bar.show("train", 950, 1000, "loss 0.5");
    assertThat(output())
        .endsWith(
            "\r"
                + "train    [######################--]  95%  950/1000  0:10, 0:10 left  loss"
                + " 0.5\u001b[K");
  }

  @Test
  void trainingBar_showsSmoothedLossAndRate() {
    TrainingProgressBar training = new TrainingProgressBar(bar(true), () -> now);
    training.show("train", 100, 200, 2);
    assertThat(output()).endsWith("100/200  0:00  loss 2.0000\u001b[K");
    now = now.plusSeconds(4);
    training.show("train", 110, 200, 1);
    assertThat(output()).endsWith("0:04, 0:36 left  loss 1.4949, 2.50 steps/s\u001b[K");
    training.close();
  }

  @Test
  void close_clearsLine() {
    ProgressBar bar = bar(true);
    bar.show("text");
    bar.close();
    bar.close();
    assertThat(output()).endsWith("\u001b[K\r\u001b[K");
  }

  @Test
  void withoutTerminal_printsNothing() {
    try (ProgressBar bar = bar(false)) {
      bar.show("text");
      bar.show("denoise", 1, 2);
    }
    assertThat(output()).isEmpty();
  }

  private ProgressBar bar(boolean shown) {
    return new ProgressBar(new PrintStream(screen, true, StandardCharsets.UTF_8), shown, () -> now);
  }

  private String output() {
    return screen.toString(StandardCharsets.UTF_8);
  }
}
