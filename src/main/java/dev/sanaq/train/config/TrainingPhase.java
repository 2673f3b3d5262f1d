package dev.sanaq.train.config;

/** A stretch of a run with settings of its own. */
public interface TrainingPhase {
  /** What it is called in messages and metrics. */
  String name();

  /** Updates of the weights. */
  int steps();

  /** How many parts a batch is computed in. */
  int gradientAccumulationSteps();

  /** The learning rate. */
  LearningRateSchedule learningRate();

  /** Whether the optimizer begins anew: it must where another choice of weights learns. */
  boolean resetOptimizer();
}
