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

/**
 * Generates test images; each step of a prompt that contains "slowly" takes {@value #STEP_MILLIS}
 * ms, so that tests can observe progress.
 */
final class PacedImageGenerator extends GradientImageGenerator {
  private static final long STEP_MILLIS = 300;

  private final CountDownLatch delaysSkipped = new CountDownLatch(1);

  /** Ends the delays of running and later generations. */
  void skipDelays() {
    delaysSkipped.countDown();
  }

  @Override
  public GenerationResult generate(GenerationParams params, ProgressListener progress) {
    for (int step = 0; params.prompt().contains("slowly") && step <= params.steps(); step++) {
      progress.onProgress(step, params.steps());
      delayStep();
    }
    Map<String, Duration> timings = new LinkedHashMap<>();
    timings.put("text", Duration.ofMillis(40));
    timings.put("denoise", Duration.ofMillis(700));
    timings.put("decode", Duration.ofMillis(300));
    return new GenerationResult(super.generate(params, (step, steps) -> {}).images(), timings);
  }

  private void delayStep() {
    try {
      delaysSkipped.await(STEP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
