package dev.sanaq.train.loop;

/** Receives the progress of a training run, on its thread. */
public interface TrainingProgress {
  /** A stage before or after the steps, such as computing latents, has progressed. */
  void onPreparation(String stage, long done, long total);

  /** A step has finished. */
  void onStep(String phase, long step, long steps, double loss);

  /** A message for the log: an evaluation metric, or an image that was skipped. */
  void onMessage(String line);
}
