package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.sana.control.ControlNetPass;
import dev.sanaq.sana.control.ControlNetRegistry;
import dev.sanaq.sana.preview.LatentRgbFactors;
import dev.sanaq.sana.preview.PreviewSource;
import dev.sanaq.sana.preview.StepPreviews;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.OwnedValue;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The denoising loop: noise to latents, several images per pass (paper, section 3.3; diffusers
 * {@code SanaPipeline.__call__}, "Denoising loop"). Images do not influence each other: each has
 * its own prompt, guidance scale and noise, and its entry may be cancelled between two steps.
 */
final class DenoisingLoop {
  private final SanaTransformer transformer;
  private final AutoencoderDC autoencoder;
  private final ControlNetRegistry controlNets;
  private final Optional<LatentRgbFactors> previewFactors;
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
    this.controlNets = networks.controlNets();
    this.previewFactors = networks.previewFactors();
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
    List<PromptEmbeds> prompts = BatchImage.promptEmbeds(images, plan.guidanceRows());
    try (OwnedValue prompt =
            new OwnedValue(
                transformer.encodePrompt(
                    prompts, BatchImage.adapterSets(images, plan.guidanceRows())));
        OwnedValue modulation =
            new OwnedValue(
                transformer.timeModulation(
                    plan.timesteps(),
                    1,
                    BatchImage.guidanceScales(images),
                    BatchImage.adapterSets(images, 1)));
        ScriptValue positions = transformer.positionalEmbedding(height, width);
        ControlNetPass control = startControlNet(images, prompts)) {
      for (int i = 0; i < plan.steps(); i++) {
        if (i > 0 && !retainActive(latents, prompt, modulation, control)) {
          return Map.of();
        }
        step(i, latents, prompt.get(), modulation.get(), positions, control);
        try (ScriptValue current = latents.current()) {
          probe.onStepEnd(i + 1, current);
          passes.onStepEnd(i + 1, previews(i, latents));
        }
      }
      return latents.toHost(autoencoder.scalingFactor());
    }
  }

  /** Null for a pass without a ControlNet. */
  private @Nullable ControlNetPass startControlNet(
      List<BatchImage> images, List<PromptEmbeds> prompts) {
    if (!plan.key().conditioning().controlled()) {
      return null;
    }
    return ControlNetPass.start(
        controlNets.get(plan.key().conditioning().controlNet()),
        BatchImage.controlImages(images),
        BatchImage.conditioningLatents(images).stream()
            .map(latents -> latents.control().orElseThrow())
            .toList(),
        prompts,
        plan.timesteps(),
        plan.latentShape());
  }

  /**
   * One step, in three formulas:
   *
   * <pre>
   * out = transformer(inputScale * x_t, t, y)          B rows, or a multiple in a guided step
   * v   = out_uncond + guidanceScale * (out_text - out_uncond)
   *                                                    classifier-free guidance
   * x'  = a linear function of x_t, v, the previous x0 and noise, see {@link SolverStep}
   * </pre>
   *
   * The first is {@code forward} in transformer.torchscript. The other two are {@code
   * apply_guidance} and {@code step} in sampler.torchscript. Perturbed-attention guidance adds
   * {@code pagScale * (out_text - out_perturbed)} to the second. A step of the step cache takes the
   * second's result from those before instead, see {@link dev.sanaq.sana.solver.CachedSteps}.
   */
  private void step(
      int i,
      NoisyLatents latents,
      ScriptValue prompt,
      ScriptValue modulation,
      ScriptValue positions,
      @Nullable ControlNetPass control) {
    if (plan.cachedSteps().contains(i)) {
      latents.stepFromCache(i);
      return;
    }
    if (!plan.dropsUnconditionalRow(i)) {
      evaluate(i, latents, prompt, modulation, positions, control);
      return;
    }
    try (ScriptValue withPrompt = transformer.conditionalRows(prompt, plan.guidanceRows())) {
      evaluate(i, latents, withPrompt, modulation, positions, control);
    }
  }

  private void evaluate(
      int i,
      NoisyLatents latents,
      ScriptValue prompt,
      ScriptValue modulation,
      ScriptValue positions,
      @Nullable ControlNetPass control) {
    SolverStep step = plan.schedule().steps().get(i);
    try (ScriptValue current = latents.current();
        ScriptValue samples = controlSamples(i, current, control);
        ScriptValue output =
            transformer.forward(
                current,
                step.inputScale(),
                modulation,
                i,
                positions,
                prompt,
                samples,
                plan.perturbedLayers())) {
      latents.step(i, output);
    }
  }

  private PreviewSource previews(int i, NoisyLatents latents) {
    if (previewFactors.isEmpty()) {
      return PreviewSource.NONE;
    }
    return new StepPreviews(
        previewFactors.get(),
        latents.images().stream()
            .map(image -> new StepPreviews.Row(batch.indexOf(image.entry()), image.index()))
            .toList(),
        (int) plan.latentShape()[2],
        (int) plan.latentShape()[3],
        () -> latents.predict(i));
  }

  private ScriptValue controlSamples(int i, ScriptValue latents, @Nullable ControlNetPass control) {
    if (control == null) {
      return transformer.noControl();
    }
    int droppedOf = plan.dropsUnconditionalRow(i) ? plan.guidanceRows() : 0;
    return control.forward(i, latents, droppedOf).orElseGet(transformer::noControl);
  }

  /**
   * Drops the rows of images whose entry was cancelled.
   *
   * @return whether any image is left
   */
  private boolean retainActive(
      NoisyLatents latents,
      OwnedValue prompt,
      OwnedValue modulation,
      @Nullable ControlNetPass control) {
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
    if (control != null) {
      control.retain(rows, guidedRows);
    }
    return true;
  }
}
