package dev.sanaq.sana.pipeline;

import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.ModelSpec;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.denoise.Noise;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.OwnedValue;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * From noise to latents, several images a pass (paper, section 3.3). Images do not see each other:
 * each has its own captions, guidance scale and noise, and may leave in the middle.
 */
final class DenoisingLoop {
  private final Networks networks;
  private final Schedule schedule;
  private final float[] timesteps;
  private final int guidanceRows;
  private final ImageSize size;
  private final long[] latentShape;

  /**
   * Denoising of one shape.
   *
   * @throws UnsupportedSizeException where its size cannot be drawn
   * @throws IllegalArgumentException where its solver or number of steps is not the model's
   */
  DenoisingLoop(Networks networks, ModelSpec spec, BatchKey shape) {
    this.networks = networks;
    this.size = spec.generatedSize(shape);
    this.schedule = spec.schedule(shape);
    this.timesteps = spec.timesteps(schedule, shape.solver());
    this.guidanceRows = spec.guidanceRows(shape);
    int height = size.height() / spec.compression();
    int width = size.width() / spec.compression();
    this.latentShape = new long[] {1, spec.transformer().inChannels(), height, width};
  }

  /** What is drawn, in pixels. */
  ImageSize size() {
    return size;
  }

  /** Rows an image. */
  int guidanceRows() {
    return guidanceRows;
  }

  /** Steps a pass. */
  int steps() {
    return timesteps.length;
  }

  /** (1, C, H, W) of one image's latents. */
  long[] latentShape() {
    return latentShape.clone();
  }

  /**
   * One pass.
   *
   * @return the latents (C, H, W) of each image that was wanted to the end, on the host and in the
   *     autoencoder's own scale
   */
  Map<BatchImage, float[]> run(List<BatchImage> images, DenoisingCallback listener) {
    List<BatchImage> wanted = listener.retainActive(images);
    if (wanted.isEmpty()) {
      return Map.of();
    }
    try (OwnedValue attended =
            new OwnedValue(networks.transformer().encodePrompt(promptEmbeds(wanted)));
        OwnedValue modulation =
            new OwnedValue(
                networks.transformer().timeModulation(timesteps, 1, guidanceScales(wanted)));
        ScriptValue positions =
            networks.transformer().positionalEmbedding((int) latentShape[2], (int) latentShape[3]);
        Noise noise = Noise.sample(seeds(wanted), noiseTensorCount(), latentShape);
        OwnedValue state = new OwnedValue(initState(noise))) {
      return new Pass(wanted, attended, modulation, positions, noise, state).run(listener);
    }
  }

  private ScriptValue initState(Noise noise) {
    try (ScriptValue first = noise.tensors(0)) {
      return networks.sampler().init(first, schedule.initialNoiseScale());
    }
  }

  private int noiseTensorCount() {
    return 1 + (int) schedule.steps().stream().filter(SolverStep::addsNoise).count();
  }

  /** Under guidance twice the rows, without the prompt first. */
  private List<PromptEmbeds> promptEmbeds(List<BatchImage> images) {
    return IntStream.range(0, guidanceRows)
        .boxed()
        .flatMap(half -> images.stream().map(image -> image.promptEmbeds(half)))
        .toList();
  }

  private static long[] seeds(List<BatchImage> images) {
    return images.stream().mapToLong(BatchImage::seed).toArray();
  }

  private static float[] guidanceScales(List<BatchImage> images) {
    float[] scales = new float[images.size()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = images.get(i).guidanceScale();
    }
    return scales;
  }

  /** The images that are still in a pass, and what there is a row of for each. */
  private final class Pass {
    private List<BatchImage> images;
    private final OwnedValue encodedPrompt;
    private final OwnedValue modulation;
    private final ScriptValue positionalEmbedding;
    private final Noise noise;
    private final OwnedValue state;
    private int nextNoise = 1;

    Pass(
        List<BatchImage> images,
        OwnedValue attended,
        OwnedValue modulation,
        ScriptValue positions,
        Noise noise,
        OwnedValue state) {
      this.images = images;
      this.encodedPrompt = attended;
      this.modulation = modulation;
      this.positionalEmbedding = positions;
      this.noise = noise;
      this.state = state;
    }

    Map<BatchImage, float[]> run(DenoisingCallback listener) {
      for (int i = 0; i < schedule.steps().size(); i++) {
        retain(i == 0 ? images : listener.retainActive(images));
        if (images.isEmpty()) {
          return Map.of();
        }
        step(i);
        try (ScriptValue latents = networks.sampler().latents(state.get())) {
          listener.onStepEnd(i + 1, latents);
        }
      }
      return latentsByImage();
    }

    private void retain(List<BatchImage> wanted) {
      if (wanted.size() < images.size() && !wanted.isEmpty()) {
        int all = images.size();
        long[] rows = wanted.stream().mapToLong(images::indexOf).toArray();
        long[] everyHalf =
            IntStream.range(0, guidanceRows)
                .boxed()
                .flatMapToLong(half -> Arrays.stream(rows).map(row -> half * (long) all + row))
                .toArray();
        encodedPrompt.set(networks.transformer().selectPromptRows(encodedPrompt.get(), everyHalf));
        modulation.set(networks.transformer().selectModulationRows(modulation.get(), rows));
        state.set(networks.sampler().selectRows(state.get(), rows));
        noise.retainRows(rows);
      }
      images = wanted;
    }

    private void step(int i) {
      SolverStep step = schedule.steps().get(i);
      try (ScriptValue out = forward(step.inputScale(), i);
          ScriptValue fresh = noise.tensors(step.addsNoise() ? nextNoise++ : 0)) {
        state.set(networks.sampler().step(state.get(), out, guidanceScales(images), fresh, step));
      }
    }

    private ScriptValue forward(double scale, int i) {
      try (ScriptValue latents = networks.sampler().latents(state.get())) {
        return networks
            .transformer()
            .forward(latents, scale, modulation.get(), i, positionalEmbedding, encodedPrompt.get());
      }
    }

    private Map<BatchImage, float[]> latentsByImage() {
      float[] all =
          networks
              .sampler()
              .toHost(state.get(), schedule.finalScale(), networks.autoencoder().scalingFactor());
      int each = all.length / images.size();
      Map<BatchImage, float[]> latents = new LinkedHashMap<>();
      for (int i = 0; i < images.size(); i++) {
        latents.put(images.get(i), Arrays.copyOfRange(all, i * each, (i + 1) * each));
      }
      return latents;
    }
  }
}
