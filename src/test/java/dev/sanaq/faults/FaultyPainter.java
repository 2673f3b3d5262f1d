package dev.sanaq.faults;

import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Drawn;
import dev.sanaq.sana.Progress;
import dev.sanaq.worker.GradientPainter;
import java.lang.reflect.Field;
import java.time.Duration;

/** Draws gradients, but for three prompts: {@code abort}, {@code oom} and {@code slow}. */
final class FaultyPainter extends GradientPainter {
  private static final int SLOW_STEPS = 20;
  private static final Duration SLOW_STEP = Duration.ofMillis(100);

  @Override
  public Drawn draw(Drawing drawing, Progress progress) {
    switch (drawing.prompt()) {
      case "abort" -> abort();
      case "oom" -> throw new OutOfMemoryError("on purpose");
      case "slow" -> slowly(progress);
      default -> {}
    }
    return super.draw(drawing, progress);
  }

  private static void slowly(Progress progress) {
    for (int step = 0; step < SLOW_STEPS; step++) {
      progress.stepped(step, SLOW_STEPS);
      Await.pause(SLOW_STEP);
    }
  }

  // As a fault in native code does it: the process is gone, and no handler of Java's is asked.
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
