package dev.sanaq.train.config;

/** A part of a run with its own settings. */
public interface TrainingPhase {
  /** Name in messages and metrics. */
  String name();

  /** Number of optimizer steps. */
  int steps();

  /** Number of micro-batches per batch. */
  int gradientAccumulationSteps();

  /** The learning rate over the phase. */
  LearningRateSchedule learningRate();

  /** Whether the phase clears the optimizer's state; required if it trains other weights. */
  boolean resetOptimizer();
}
