package dev.sanaq.train.loop;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.config.TrainingPhase;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.List;
import java.util.Map;

/**
 * The network-specific part of a training run: selects the weights of each phase, computes
 * gradients of a batch, and evaluates. Its random choices depend only on the seed of the run and
 * the step.
 */
public interface TrainingTask extends AutoCloseable {
  /** The program with the weights and the optimizer. */
  TrainableProgram program();

  /** The phases in order. */
  List<? extends TrainingPhase> phases();

  /** Makes the weights of a phase trainable. */
  void selectTrainable(int phase);

  /**
   * Accumulates the gradients of one micro-batch.
   *
   * @param phase number of the phase, from 0
   * @param step step of the whole run, from 0
   * @param part number of the micro-batch, from 0
   * @param share share of the batch in this micro-batch
   * @return the loss of the micro-batch
   */
  float accumulateGradients(int phase, long step, int part, double share);

  /** The input of the last call of {@link #accumulateGradients}, for the report of a divergence. */
  Map<String, Object> lastBatch();

  /** Evaluates the averaged weights; returns metrics by name. */
  Map<String, Double> evaluate();

  /** Renders samples after a number of steps. */
  void renderSamples(long step);

  @Override
  void close();

  /** A tensor of one value. */
  static ScriptValue scalar(double value) {
    return ScriptValue.floats(new float[] {(float) value}, 1);
  }
}
