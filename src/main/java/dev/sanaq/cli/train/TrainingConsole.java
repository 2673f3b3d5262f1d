package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.cli.terminal.TrainingProgressBar;
import dev.sanaq.train.loop.TrainingProgress;
import java.io.PrintWriter;

/** Shows training progress: a progress bar on a terminal, and messages on standard error. */
final class TrainingConsole implements TrainingProgress, AutoCloseable {
  private final ProgressBar preparationBar = ProgressBar.onStandardError();
  private final TrainingProgressBar stepBar = TrainingProgressBar.onStandardError();
  private final PrintWriter err;

  TrainingConsole(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void onPreparation(String stage, long done, long total) {
    preparationBar.show(stage, done, total);
  }

  @Override
  public void onStep(String phase, long step, long steps, double loss) {
    stepBar.show(phase, step, steps, loss);
  }

  @Override
  public void onMessage(String text) {
    close();
    err.println(text);
    err.flush();
  }

  @Override
  public void close() {
    preparationBar.close();
    stepBar.close();
  }
}
