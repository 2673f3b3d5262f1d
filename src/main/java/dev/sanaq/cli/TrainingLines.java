package dev.sanaq.cli;

import dev.sanaq.train.TrainingProgress;
import java.io.PrintWriter;

/** A training's progress: a bar where there is a terminal, and lines on standard error. */
final class TrainingLines implements TrainingProgress, AutoCloseable {
  private final ProgressBar line = ProgressBar.onStandardError();
  private final TrainingBar bar = TrainingBar.onStandardError();
  private final PrintWriter err;

  TrainingLines(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void prepared(String what, long done, long total) {
    line.show(what, done, total);
  }

  @Override
  public void learnt(String phase, long step, long steps, double loss) {
    bar.show(phase, step, steps, loss);
  }

  @Override
  public void note(String text) {
    close();
    err.println(text);
    err.flush();
  }

  @Override
  public void close() {
    line.close();
    bar.close();
  }
}
