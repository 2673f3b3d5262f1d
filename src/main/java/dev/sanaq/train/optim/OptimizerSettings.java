package dev.sanaq.train.optim;

/**
 * How weights move.
 *
 * @param kind which rule
 * @param beta1 memory of the gradients' mean
 * @param beta2 memory of their squares
 * @param beta3 CAME's memory of its own errors
 * @param eps AdamW's, added to the root of the squares
 * @param clipThreshold CAME's limit for an update's root mean square
 * @param weightDecay of matrices; vectors do not decay
 * @param maxGradNorm limit of the gradients' common norm; 0 for none
 * @param emaDecay decay of the weights' moving average; 0 makes the average the weights
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
  /** The rules. */
  public enum Kind {
    ADAMW,
    CAME
  }

  public void step(TrainableProgram learner, double rate, long step) {
    switch (kind) {
      case ADAMW -> learner.adamw(rate, beta1, beta2, eps, step);
      case CAME -> learner.came(rate, beta1, beta2, beta3, clipThreshold);
    }
    learner.updateEma(emaDecay);
  }
}
