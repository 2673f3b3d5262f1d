package dev.sanaq.faults.process;

import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.Pause;
import java.lang.reflect.Field;
import java.time.Duration;

/** Generates gradients; the prompts {@code abort}, {@code oom} and {@code slow} have faults. */
final class FaultyImageGenerator extends GradientImageGenerator {
  private static final int SLOW_STEPS = 20;
  private static final Duration SLOW_STEP_DURATION = Duration.ofMillis(100);

  @Override
  public GenerationResult generate(GenerationParams params, ProgressListener progress) {
    switch (params.prompt()) {
      case "abort" -> abort();
      case "oom" -> throw new OutOfMemoryError("on purpose");
      case "slow" -> runSlowSteps(progress);
      default -> {}
    }
    return super.generate(params, progress);
  }

  private static void runSlowSteps(ProgressListener progress) {
    for (int step = 0; step < SLOW_STEPS; step++) {
      progress.onProgress(step, SLOW_STEPS);
      Pause.of(SLOW_STEP_DURATION);
    }
  }

  // Like a fault in native code: the process dies and no Java handler runs.
  private static void abort() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field unsafe = type.getDeclaredField("theUnsafe");
      unsafe.setAccessible(true);
      type.getMethod("putAddress", long.class, long.class).invoke(unsafe.get(null), 0L, 0L);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM cannot be aborted", e);
    }
  }
}
