package dev.sanaq.sana;

import dev.sanaq.image.Size;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.sana.text.Caption;
import dev.sanaq.torch.Value;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * From noise to latents, several pictures a pass (paper, section 3.3). Pictures do not see each
 * other: each has its own captions, guidance scale and noise, and may leave in the middle.
 */
final class Denoising {
  private final Networks networks;
  private final Schedule schedule;
  private final float[] timesteps;
  private final int halves;
  private final Size size;
  private final long[] latentShape;

  /**
   * Denoising of one shape.
   *
   * @throws UnsupportedSizeException where its size cannot be drawn
   * @throws IllegalArgumentException where its solver or number of steps is not the model's
   */
  Denoising(Networks networks, ModelSpec spec, Shape shape) {
    this.networks = networks;
    this.size = spec.drawnSize(shape);
    this.schedule = spec.schedule(shape);
    this.timesteps = spec.timesteps(schedule, shape.solver());
    this.halves = spec.halves(shape);
    int height = size.height() / spec.compression();
    int width = size.width() / spec.compression();
    this.latentShape = new long[] {1, spec.transformer().inChannels(), height, width};
  }

  /** What is drawn, in pixels. */
  Size size() {
    return size;
  }

  /** Rows a picture. */
  int halves() {
    return halves;
  }

  /** Steps a pass. */
  int steps() {
    return timesteps.length;
  }

  /** (1, C, H, W) of one picture's latents. */
  long[] latentShape() {
    return latentShape.clone();
  }

  /**
   * One pass.
   *
   * @return the latents (C, H, W) of each picture that was wanted to the end, on the host and in
   *     the autoencoder's own scale
   */
  Map<Picture, float[]> run(List<Picture> pictures, PassListener listener) {
    List<Picture> wanted = listener.wanted(pictures);
    if (wanted.isEmpty()) {
      return Map.of();
    }
    try (Slot attended = new Slot(networks.transformer().attend(captions(wanted)));
        Slot modulation =
            new Slot(networks.transformer().modulate(timesteps, 1, guidance(wanted)));
        Value positions =
            networks.transformer().positions((int) latentShape[2], (int) latentShape[3]);
        Noise noise = Noise.draw(seeds(wanted), draws(), latentShape);
        Slot state = new Slot(start(noise))) {
      return new Pass(wanted, attended, modulation, positions, noise, state).run(listener);
    }
  }

  private Value start(Noise noise) {
    try (Value first = noise.of(0)) {
      return networks.sampler().start(first, schedule.initialNoiseScale());
    }
  }

  private int draws() {
    return 1 + (int) schedule.steps().stream().filter(SolverStep::drawsNoise).count();
  }

  /** Under guidance twice the rows, without the prompt first. */
  private List<Caption> captions(List<Picture> pictures) {
    return IntStream.range(0, halves)
        .boxed()
        .flatMap(half -> pictures.stream().map(picture -> picture.caption(half)))
        .toList();
  }

  private static long[] seeds(List<Picture> pictures) {
    return pictures.stream().mapToLong(Picture::seed).toArray();
  }

  private static float[] guidance(List<Picture> pictures) {
    float[] scales = new float[pictures.size()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = pictures.get(i).guidanceScale();
    }
    return scales;
  }

  /** The pictures that are still in a pass, and what there is a row of for each. */
  private final class Pass {
    private List<Picture> pictures;
    private final Slot attended;
    private final Slot modulation;
    private final Value positions;
    private final Noise noise;
    private final Slot state;
    private int drawn = 1;

    Pass(
        List<Picture> pictures,
        Slot attended,
        Slot modulation,
        Value positions,
        Noise noise,
        Slot state) {
      this.pictures = pictures;
      this.attended = attended;
      this.modulation = modulation;
      this.positions = positions;
      this.noise = noise;
      this.state = state;
    }

    Map<Picture, float[]> run(PassListener listener) {
      for (int i = 0; i < schedule.steps().size(); i++) {
        keep(i == 0 ? pictures : listener.wanted(pictures));
        if (pictures.isEmpty()) {
          return Map.of();
        }
        step(i);
        try (Value latents = networks.sampler().latents(state.get())) {
          listener.stepped(i + 1, latents);
        }
      }
      return finish();
    }

    private void keep(List<Picture> wanted) {
      if (wanted.size() < pictures.size() && !wanted.isEmpty()) {
        int all = pictures.size();
        long[] rows = wanted.stream().mapToLong(pictures::indexOf).toArray();
        long[] everyHalf =
            IntStream.range(0, halves)
                .boxed()
                .flatMapToLong(half -> Arrays.stream(rows).map(row -> half * (long) all + row))
                .toArray();
        attended.set(networks.transformer().keepAttended(attended.get(), everyHalf));
        modulation.set(networks.transformer().keepModulation(modulation.get(), rows));
        state.set(networks.sampler().keep(state.get(), rows));
        noise.keep(rows);
      }
      pictures = wanted;
    }

    private void step(int i) {
      SolverStep step = schedule.steps().get(i);
      try (Value out = predict(step.inputScale(), i);
          Value fresh = noise.of(step.drawsNoise() ? drawn++ : 0)) {
        state.set(networks.sampler().advance(state.get(), out, guidance(pictures), fresh, step));
      }
    }

    private Value predict(double scale, int i) {
      try (Value latents = networks.sampler().latents(state.get())) {
        return networks
            .transformer()
            .predict(latents, scale, modulation.get(), i, positions, attended.get());
      }
    }

    private Map<Picture, float[]> finish() {
      float[] all =
          networks
              .sampler()
              .finish(state.get(), schedule.finalScale(), networks.autoencoder().scalingFactor());
      int each = all.length / pictures.size();
      Map<Picture, float[]> latents = new LinkedHashMap<>();
      for (int i = 0; i < pictures.size(); i++) {
        latents.put(pictures.get(i), Arrays.copyOfRange(all, i * each, (i + 1) * each));
      }
      return latents;
    }
  }
}
