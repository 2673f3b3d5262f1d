package dev.sanaq.train;

/** A stretch of a run with settings of its own. */
interface Phase {
  /** What it is called in messages and metrics. */
  String name();

  /** Updates of the weights. */
  int steps();

  /** How many parts a batch is computed in. */
  int accumulation();

  /** The learning rate. */
  Rate rate();

  /** Whether the optimiser begins anew: it must where another choice of weights learns. */
  boolean fresh();
}
