package dev.sanaq.playground;

import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GradientImageGenerator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Takes its time for prompts that say "slowly", until it is hurried, so that steps can be seen. */
final class PacedImageGenerator extends GradientImageGenerator {
  private static final long STEP_MILLIS = 300;

  private final CountDownLatch delaysSkipped = new CountDownLatch(1);

  /** Draws what is left at once. */
  void skipDelays() {
    delaysSkipped.countDown();
  }

  @Override
  public GenerationResult generate(GenerationParams drawing, ProgressListener progress) {
    for (int step = 0; drawing.prompt().contains("slowly") && step <= drawing.steps(); step++) {
      progress.onProgress(step, drawing.steps());
      delayStep();
    }
    Map<String, Duration> timings = new LinkedHashMap<>();
    timings.put("text", Duration.ofMillis(40));
    timings.put("denoise", Duration.ofMillis(700));
    timings.put("decode", Duration.ofMillis(300));
    return new GenerationResult(super.generate(drawing, (step, steps) -> {}).images(), timings);
  }

  private void delayStep() {
    try {
      delaysSkipped.await(STEP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
