package dev.sanaq.playground;

import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Drawn;
import dev.sanaq.sana.Progress;
import dev.sanaq.worker.GradientPainter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Takes its time for prompts that say "slowly", until it is hurried, so that steps can be seen. */
final class PacedPainter extends GradientPainter {
  private static final long STEP_MILLIS = 300;

  private final CountDownLatch hurried = new CountDownLatch(1);

  /** Draws what is left at once. */
  void hurry() {
    hurried.countDown();
  }

  @Override
  public Drawn draw(Drawing drawing, Progress progress) {
    for (int step = 0; drawing.prompt().contains("slowly") && step <= drawing.steps(); step++) {
      progress.stepped(step, drawing.steps());
      pause();
    }
    Map<String, Duration> timings = new LinkedHashMap<>();
    timings.put("text", Duration.ofMillis(40));
    timings.put("denoise", Duration.ofMillis(700));
    timings.put("decode", Duration.ofMillis(300));
    return new Drawn(super.draw(drawing, (step, steps) -> {}).images(), timings);
  }

  private void pause() {
    try {
      hurried.await(STEP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
