package dev.sanaq.train;

/** Who watches a run. Called by the run's thread. */
public interface TrainingProgress {
  /** Something before the steps has gone on: latents, say. */
  void prepared(String what, long done, long total);

  /** A step was made. */
  void learnt(String phase, long step, long steps, double loss);

  /** Something to read later: a measure, a picture that was left out. */
  void note(String line);
}
