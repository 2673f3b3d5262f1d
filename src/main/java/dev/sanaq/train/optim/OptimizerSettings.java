package dev.sanaq.train.optim;

/**
 * Optimizer hyperparameters (AdamW or CAME).
 *
 * @param kind the algorithm
 * @param beta1 decay of the gradients' first moment
 * @param beta2 decay of their second moment
 * @param beta3 CAME: decay of the instability statistic
 * @param eps AdamW: added to the denominator
 * @param clipThreshold CAME: maximum root mean square of an update
 * @param weightDecay weight decay of matrices; vectors have none
 * @param maxGradNorm maximum global norm of the gradients; 0 for none
 * @param emaDecay decay of the weights' exponential moving average; 0 for none
 */
public record OptimizerSettings(
    Kind kind,
    double beta1,
    double beta2,
    double beta3,
    double eps,
    double clipThreshold,
    double weightDecay,
    double maxGradNorm,
    double emaDecay) {
  /** The algorithm. */
  public enum Kind {
    ADAMW,
    CAME
  }

  /**
   * Updates the weights and their averages with the accumulated gradients.
   *
   * @param rate the learning rate
   * @param step steps since the optimizer was reset, from 1
   */
  public void step(TrainableProgram program, double rate, long step) {
    switch (kind) {
      case ADAMW -> program.adamw(rate, beta1, beta2, eps, step);
      case CAME -> program.came(rate, beta1, beta2, beta3, clipThreshold);
    }
    program.updateEma(emaDecay);
  }
}
