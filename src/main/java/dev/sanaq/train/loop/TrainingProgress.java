package dev.sanaq.train.loop;

/** Who watches a run. Called by the run's thread. */
public interface TrainingProgress {
  /** Something before the steps has gone on: latents, say. */
  void onPreparation(String what, long done, long total);

  /** A step was made. */
  void onStep(String phase, long step, long steps, double loss);

  /** Something to read later: a measure, an image that was left out. */
  void onMessage(String line);
}
