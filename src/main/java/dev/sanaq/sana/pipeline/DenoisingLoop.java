package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.OwnedValue;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The denoising loop: noise to latents, several images per pass (paper, section 3.3; diffusers
 * {@code SanaPipeline.__call__}, "Denoising loop"). Images do not influence each other: each has
 * its own prompt, guidance scale and noise, and its entry may be cancelled between two steps.
 */
final class DenoisingLoop {
  private final SanaTransformer transformer;
  private final AutoencoderDC autoencoder;
  private final GenerationPlan plan;
  private final Batch batch;
  private final PassScheduler passes;
  private final PipelineProbe probe;

  DenoisingLoop(
      Networks networks,
      GenerationPlan plan,
      Batch batch,
      PassScheduler passes,
      PipelineProbe probe) {
    this.transformer = networks.transformer();
    this.autoencoder = networks.autoencoder();
    this.plan = plan;
    this.batch = batch;
    this.passes = passes;
    this.probe = probe;
  }

  /**
   * Denoises one pass, in place.
   *
   * @return the final latents (C, H, W) of each image that was not cancelled, on the host and in
   *     the autoencoder's own scale
   */
  Map<BatchImage, float[]> denoise(NoisyLatents latents) {
    List<BatchImage> images = latents.images();
    int height = (int) plan.latentShape()[2];
    int width = (int) plan.latentShape()[3];
    try (OwnedValue prompt =
            new OwnedValue(
                transformer.encodePrompt(
                    BatchImage.promptEmbeds(images, plan.guidanceRows()),
                    BatchImage.adapterSets(images, plan.guidanceRows())));
        OwnedValue modulation =
            new OwnedValue(
                transformer.timeModulation(
                    plan.timesteps(),
                    1,
                    BatchImage.guidanceScales(images),
                    BatchImage.adapterSets(images, 1)));
        ScriptValue positions = transformer.positionalEmbedding(height, width)) {
      for (int i = 0; i < plan.steps(); i++) {
        if (i > 0 && !retainActive(latents, prompt, modulation)) {
          return Map.of();
        }
        step(i, latents, prompt.get(), modulation.get(), positions);
        try (ScriptValue current = latents.current()) {
          probe.onStepEnd(i + 1, current);
          passes.onStepEnd(i + 1);
        }
      }
      return latents.toHost(autoencoder.scalingFactor());
    }
  }

  /**
   * One step, in three formulas:
   *
   * <pre>
   * out = transformer(inputScale * x_t, t, y)          B rows, or 2 B in a guided step
   * v   = out_uncond + guidanceScale * (out_text - out_uncond)
   *                                                    classifier-free guidance
   * x'  = a linear function of x_t, v, the previous x0 and noise, see {@link SolverStep}
   * </pre>
   *
   * The first is {@code forward} in transformer.torchscript. The other two are {@code
   * apply_guidance} and {@code step} in sampler.torchscript.
   */
  private void step(
      int i,
      NoisyLatents latents,
      ScriptValue prompt,
      ScriptValue modulation,
      ScriptValue positions) {
    SolverStep step = plan.schedule().steps().get(i);
    if (plan.guidanceRows() == 2 && !plan.isGuided(i)) {
      try (ScriptValue withPrompt = transformer.conditionalRows(prompt)) {
        evaluate(step, i, latents, withPrompt, modulation, positions);
      }
    } else {
      evaluate(step, i, latents, prompt, modulation, positions);
    }
  }

  private void evaluate(
      SolverStep step,
      int i,
      NoisyLatents latents,
      ScriptValue prompt,
      ScriptValue modulation,
      ScriptValue positions) {
    try (ScriptValue current = latents.current();
        ScriptValue output =
            transformer.forward(current, step.inputScale(), modulation, i, positions, prompt)) {
      latents.step(step, output);
    }
  }

  /**
   * Drops the rows of images whose entry was cancelled.
   *
   * @return whether any image is left
   */
  private boolean retainActive(NoisyLatents latents, OwnedValue prompt, OwnedValue modulation) {
    int before = latents.images().size();
    List<BatchImage> active = batch.retainActive(latents.images());
    if (active.size() == before || active.isEmpty()) {
      return !active.isEmpty();
    }
    long[] rows = latents.retain(active);
    long[] guidedRows =
        IntStream.range(0, plan.guidanceRows())
            .boxed()
            .flatMapToLong(half -> Arrays.stream(rows).map(row -> half * (long) before + row))
            .toArray();
    prompt.set(transformer.selectPromptRows(prompt.get(), guidedRows));
    modulation.set(transformer.selectModulationRows(modulation.get(), rows));
    return true;
  }
}
