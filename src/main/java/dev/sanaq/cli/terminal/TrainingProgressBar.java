package dev.sanaq.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/**
 * A {@link ProgressBar} for training: steps, time left, the loss (an exponential moving average
 * over about fifty steps) and steps per second. For one thread at a time.
 */
public final class TrainingProgressBar implements AutoCloseable {
  private static final double SMOOTHING = 0.98;

  private final ProgressBar bar;
  private final InstantSource clock;
  private String phase = "";
  private Instant start = Instant.EPOCH;
  private long firstStep;
  private double sum;
  private double weight;

  public TrainingProgressBar(ProgressBar bar, InstantSource clock) {
    this.bar = bar;
    this.clock = clock;
  }

  /** A bar on standard error, shown only if that is a terminal. */
  public static TrainingProgressBar onStandardError() {
    return new TrainingProgressBar(ProgressBar.onStandardError(), InstantSource.system());
  }

  /**
   * Shows a finished step.
   *
   * @param newPhase one word; pace and average loss restart when it changes
   * @param step number of finished steps
   * @param steps total number of steps
   * @param loss loss of this step
   */
  public void show(String newPhase, long step, long steps, double loss) {
    Instant now = clock.instant();
    if (!newPhase.equals(phase)) {
      phase = newPhase;
      start = now;
      firstStep = step;
      sum = 0;
      weight = 0;
    }
    sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
    weight = SMOOTHING * weight + 1 - SMOOTHING;
    bar.show(phase, step, steps, detail(step, Duration.between(start, now)));
  }

  private String detail(long step, Duration elapsed) {
    String smoothed = String.format(Locale.ROOT, "loss %.4f", sum / weight);
    if (step == firstStep || elapsed.isZero()) {
      return smoothed;
    }
    double stepsPerSecond = (step - firstStep) / (elapsed.toMillis() / 1000.0);
    return String.format(Locale.ROOT, "%s, %.2f steps/s", smoothed, stepsPerSecond);
  }

  /** Clears the line. */
  @Override
  public void close() {
    bar.close();
  }
}
