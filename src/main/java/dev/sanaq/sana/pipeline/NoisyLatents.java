package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.denoise.Noise;
import dev.sanaq.sana.denoise.Sampler;
import dev.sanaq.sana.denoise.SourceImages;
import dev.sanaq.sana.solver.NoiseLevel;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.torch.OwnedValue;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The latents x_t of a pass, a row per image, with the solver's previous prediction, and the
 * guidance scale and the noise of every image. All of them stay on the device. One thread.
 */
final class NoisyLatents implements AutoCloseable {
  private final Sampler sampler;
  private final GenerationPlan plan;
  private final OwnedValue inputs;
  private final OwnedValue state;
  private Optional<SourceImages> sources;
  private List<BatchImage> images;
  private int nextNoise = 1;

  private NoisyLatents(
      Sampler sampler,
      GenerationPlan plan,
      List<BatchImage> images,
      ScriptValue inputs,
      Optional<SourceImages> sources,
      ScriptValue state) {
    this.sampler = sampler;
    this.plan = plan;
    this.images = images;
    this.inputs = new OwnedValue(inputs);
    this.sources = sources;
    this.state = new OwnedValue(state);
  }

  /**
   * Samples the starting latents (diffusers: {@code prepare_latents}): each image's noise from its
   * own seed, times the schedule's initial noise scale; mixed with its source image if it has one.
   */
  static NoisyLatents prepare(Sampler sampler, GenerationPlan plan, List<BatchImage> images) {
    @Nullable ScriptValue inputs = null;
    Optional<SourceImages> sources = Optional.empty();
    try (Noise noise =
            Noise.sample(BatchImage.seeds(images), plan.noiseTensors(), plan.latentShape());
        ScriptValue first = noise.tensors(0)) {
      inputs = sampler.inputs(BatchImage.guidanceScales(images), noise);
      sources =
          SourceImages.hold(
              sampler, BatchImage.conditioningLatents(images), first, plan.latentShape());
      ScriptValue state =
          sources.isPresent()
              ? sources.get().start(plan.schedule())
              : sampler.init(first, plan.schedule().initialNoiseScale());
      return new NoisyLatents(sampler, plan, images, inputs, sources, state);
    } catch (RuntimeException | Error e) {
      sources.ifPresent(SourceImages::close);
      if (inputs != null) {
        inputs.close();
      }
      throw e;
    }
  }

  /** The images that have a row, in the order of the rows. */
  List<BatchImage> images() {
    return images;
  }

  /** x_t (B, C, H, W); the caller closes it. */
  ScriptValue current() {
    return sampler.latents(state.get());
  }

  /**
   * Goes from x_t to the next latents.
   *
   * @param i the step, from 0
   * @param output of the transformer: B rows, or a multiple under guidance
   */
  void step(int i, ScriptValue output) {
    SolverStep step = plan.schedule().steps().get(i);
    if (plan.isPerturbed()) {
      float[] pagScales = BatchImage.pagScales(images, step.timestep());
      float[] guidanceScales = BatchImage.guidanceScales(images);
      try (ScriptValue guided = sampler.applyPerturbedGuidance(output, guidanceScales, pagScales)) {
        step(step, guided);
      }
    } else {
      step(step, output);
    }
    keepKnown(i);
  }

  /**
   * Goes from x_t to the next latents without the transformer, in a step of the step cache.
   *
   * @param i the step, from 0
   */
  void stepFromCache(int i) {
    SolverStep step = plan.schedule().steps().get(i);
    int index = step.addsNoise() ? nextNoise++ : 0;
    double[] weights = plan.cachedSteps().weights(i);
    state.set(sampler.stepFromKept(state.get(), inputs.get(), index, step, weights));
    keepKnown(i);
  }

  private void keepKnown(int i) {
    if (sources.isPresent() && sources.get().hasMask()) {
      state.set(sources.get().keepKnown(state.get(), plan.schedule().levels().get(i + 1)));
    }
  }

  private void step(SolverStep step, ScriptValue output) {
    int index = step.addsNoise() ? nextNoise++ : 0;
    int kept = plan.cachedSteps().kept();
    state.set(
        kept == 0
            ? sampler.step(state.get(), output, inputs.get(), index, step)
            : sampler.stepKeeping(state.get(), output, inputs.get(), index, step, kept));
  }

  /**
   * Keeps these images alone, which are at least one, and in order.
   *
   * @return the rows that they had before
   */
  long[] retain(List<BatchImage> active) {
    long[] rows = active.stream().mapToLong(images::indexOf).toArray();
    state.set(sampler.selectRows(state.get(), rows));
    inputs.set(sampler.selectRows(inputs.get(), rows));
    if (sources.isPresent()) {
      SourceImages before = sources.get();
      sources = Optional.of(before.retain(rows));
      before.close();
    }
    images = active;
    return rows;
  }

  /**
   * The latents after the last step.
   *
   * @param scalingFactor of the autoencoder
   * @return (C, H, W) of each image on the host, in the autoencoder's own scale
   */
  Map<BatchImage, float[]> toHost(double scalingFactor) {
    float[] all = sampler.toHost(state.get(), plan.schedule().finalScale(), scalingFactor);
    int length = all.length / images.size();
    Map<BatchImage, float[]> latents = new LinkedHashMap<>();
    for (int i = 0; i < images.size(); i++) {
      latents.put(images.get(i), Arrays.copyOfRange(all, i * length, (i + 1) * length));
    }
    return latents;
  }

  /**
   * The final latents as a step predicts them. Where a mask keeps a source image, they are the
   * image's.
   *
   * @param i the last step that ran, from 0
   * @return (B, C, H, W) on the host, in the transformer's scale
   */
  float[] predict(int i) {
    Schedule schedule = plan.schedule();
    NoiseLevel reached = schedule.levels().get(i + 1);
    try (ScriptValue predicted =
        sampler.dataPrediction(state.get(), schedule.steps().get(i), reached)) {
      if (sources.isEmpty() || !sources.get().hasMask()) {
        return sampler.toHost(predicted, schedule.finalScale(), 1);
      }
      NoiseLevel last = schedule.levels().get(plan.steps());
      try (ScriptValue known = sources.get().keepKnown(predicted, last)) {
        return sampler.toHost(known, schedule.finalScale(), 1);
      }
    }
  }

  @Override
  public void close() {
    state.close();
    inputs.close();
    sources.ifPresent(SourceImages::close);
  }
}
