package dev.sanaq.sana.pipeline;

import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ModelSpec;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.solver.CachedSteps;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverStep;
import java.util.List;

/**
 * What the check stage decides for a whole batch (diffusers: {@code check_inputs}, {@code
 * classify_height_width_bin}, {@code scheduler.set_timesteps}).
 *
 * @param key shared by the batch
 * @param size generated, in pixels; resized to the requested size after decoding
 * @param latentShape (1, C, H, W) of one image's latents
 * @param schedule the solver's steps
 * @param timesteps the transformer's input at each step
 * @param guidanceRows rows per image, see {@link ModelSpec#guidanceRows}
 * @param cachedSteps the steps without an evaluation of the transformer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; read-only
record GenerationPlan(
    BatchKey key,
    ImageSize size,
    long[] latentShape,
    Schedule schedule,
    float[] timesteps,
    int guidanceRows,
    CachedSteps cachedSteps) {

  /**
   * Checks a batch against the model.
   *
   * @throws UnsupportedSizeException if the model cannot generate the size
   * @throws IllegalArgumentException if the batch is empty or its keys differ, or if the model does
   *     not take the solver, the number of steps, the conditioning or the step cache, or if
   *     candidates are to be scored: {@code sana.score} does that
   */
  static GenerationPlan check(ModelSpec spec, List<GenerationParams> batch) {
    BatchKey key = commonKey(batch);
    ImageSize size = spec.generatedSize(key);
    spec.requireSupported(key.conditioning());
    Schedule schedule = spec.schedule(key);
    int height = size.height() / spec.compression();
    int width = size.width() / spec.compression();
    return new GenerationPlan(
        key,
        size,
        new long[] {1, spec.transformer().inChannels(), height, width},
        schedule,
        spec.timesteps(schedule, key.solver()),
        spec.guidanceRows(key),
        CachedSteps.of(
            spec.stepCache(key),
            schedule,
            key.conditioning().firstStep(),
            i -> key.guidanceInterval().contains(i, schedule.steps().size())));
  }

  private static BatchKey commonKey(List<GenerationParams> batch) {
    List<BatchKey> keys = batch.stream().map(BatchKey::of).distinct().toList();
    if (keys.size() != 1) {
      throw new IllegalArgumentException("a batch needs one batch key, found " + keys);
    }
    if (batch.stream().anyMatch(params -> params.selection().isActive())) {
      throw new IllegalArgumentException("candidates need a scorer, and none is loaded");
    }
    return keys.get(0);
  }

  /** The number of denoising steps. */
  int steps() {
    return timesteps.length;
  }

  /** Whether each image has a row without the prompt, the first. */
  boolean hasUnconditionalRow() {
    return guidanceRows - (isPerturbed() ? 1 : 0) == 2;
  }

  /** Whether each image has a perturbed row, the last. */
  boolean isPerturbed() {
    return key.conditioning().isPerturbed();
  }

  /** The blocks that perturbed-attention guidance perturbs. */
  long[] perturbedLayers() {
    return key.conditioning().pagAppliedLayers().stream().mapToLong(layer -> layer).toArray();
  }

  /** Whether step i, from 0, leaves out the rows without the prompt. */
  boolean dropsUnconditionalRow(int i) {
    return hasUnconditionalRow() && !key.guidanceInterval().contains(i, steps());
  }

  /** Noise tensors per image: the starting noise, and one for each step that adds noise (SCM). */
  int noiseTensors() {
    return 1 + (int) schedule.steps().stream().filter(SolverStep::addsNoise).count();
  }
}
