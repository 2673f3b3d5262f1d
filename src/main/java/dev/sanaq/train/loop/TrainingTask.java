package dev.sanaq.train.loop;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.config.TrainingPhase;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.List;
import java.util.Map;

/**
 * What a run teaches: it prepares each phase, computes a batch's gradients, and measures. What it
 * draws at random depends on the run's seed and the step alone.
 */
public interface TrainingTask extends AutoCloseable {
  /** What learns. */
  TrainableProgram program();

  /** The phases, one after another. */
  List<? extends TrainingPhase> phases();

  /** Names the weights that learn in a phase. */
  void selectTrainable(int phase);

  /**
   * Adds one part of a batch to the gradients.
   *
   * @param step of the whole run, from 0
   * @param part of the batch, from 0
   * @param share of the batch that the part is
   * @return the part's loss
   */
  float accumulateGradients(int phase, long step, int part, double share);

  /**
   * What the last call of {@link #accumulateGradients} was given, for a report of what went wrong.
   */
  Map<String, Object> lastBatch();

  /** Measures on what is not learnt; by name. */
  Map<String, Double> evaluate();

  /** Shows what has been learnt after so many steps: a sample sheet, say. */
  void renderSamples(long step);

  @Override
  void close();

  /** A fixed scalar for a program. */
  static ScriptValue scalar(double number) {
    return ScriptValue.floats(new float[] {(float) number}, 1);
  }
}
