package dev.sanaq.train;

import dev.sanaq.torch.Value;
import java.util.List;
import java.util.Map;

/**
 * What a run teaches: it prepares each phase, computes a batch's gradients, and measures. What it
 * draws at random depends on the run's seed and the step alone.
 */
interface Task extends AutoCloseable {
  /** What learns. */
  Learner learner();

  /** The phases, one after another. */
  List<? extends Phase> phases();

  /** Names the weights that learn in a phase. */
  void choose(int phase);

  /**
   * Adds one part of a batch to the gradients.
   *
   * @param step of the whole run, from 0
   * @param part of the batch, from 0
   * @param share of the batch that the part is
   * @return the part's loss
   */
  float gradients(int phase, long step, int part, double share);

  /** What the last call of {@link #gradients} was given, for a report of what went wrong. */
  Map<String, Object> lastBatch();

  /** Measures on what is not learnt; by name. */
  Map<String, Double> measure();

  /** Shows what has been learnt after so many steps: a sample sheet, say. */
  void show(long step);

  @Override
  void close();

  /** A fixed scalar for a program. */
  static Value scalar(double number) {
    return Value.floats(new float[] {(float) number}, 1);
  }
}
