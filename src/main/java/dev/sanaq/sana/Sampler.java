package dev.sanaq.sana;

import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Applies a solver's steps to latents (paper, section 3.3): guidance, data prediction, next
 * latents, in fp32 whatever the network computes in.
 */
final class Sampler implements AutoCloseable {
  /** The network: latents, their scale and the step's number in; its answer for every row out. */
  interface Network {
    Value predict(Value latents, double scale, int step);
  }

  /** Told after each step; the latents are the sampler's. */
  interface Observer {
    void stepped(int done, Value latents);
  }

  private final Program program;

  Sampler(Placement placement) {
    this.program = Program.compile(Sampler.class, "sampler", Map.of(), placement);
  }

  /**
   * Denoises.
   *
   * @param seeds one a picture: its first draw is its latents, the later ones a solver's fresh
   *     noise
   * @param guidance scale a picture, where the network answers both halves
   * @param shape of one picture's latents: (1, C, H, W)
   * @return (B, C, H, W), ready for the autoencoder's scaling; the caller closes it
   */
  Value denoise(
      Network network,
      Schedule schedule,
      long[] seeds,
      float[] guidance,
      long[] shape,
      Observer observer) {
    List<SolverStep> steps = schedule.steps();
    int draws = 1 + (int) steps.stream().filter(SolverStep::drawsNoise).count();
    Noise noise = Noise.draw(seeds, draws, shape);
    try (noise;
        Value scales = Value.floats(guidance, guidance.length)) {
      Value latents = start(noise, schedule.initialNoiseScale());
      Value before = Value.floats(new float[0], 0);
      try {
        int drawn = 1;
        for (int i = 0; i < steps.size(); i++) {
          SolverStep step = steps.get(i);
          try (Value out = network.predict(latents, step.inputScale(), i);
              Value fresh = noise.of(step.drawsNoise() ? drawn++ : 0);
              Value pair = advance(latents, out, scales, before, fresh, step)) {
            Value next = program.call("first", pair);
            latents.close();
            latents = next;
            Value data = program.call("second", pair);
            before.close();
            before = data;
          }
          observer.stepped(i + 1, latents);
        }
        try (Value scale = Value.of(schedule.finalScale())) {
          return program.call("scale", latents, scale);
        }
      } finally {
        latents.close();
        before.close();
      }
    }
  }

  private Value start(Noise noise, double scale) {
    try (Value first = noise.of(0);
        Value factor = Value.of(scale);
        Value device = Value.of(program.placement().torchDevice())) {
      return program.call("start", first, factor, device);
    }
  }

  private Value advance(
      Value latents, Value out, Value guidance, Value before, Value fresh, SolverStep step) {
    try (Value coefficients =
        Value.list(
            step.fromSample(),
            step.fromOutput(),
            step.dx(),
            step.dv(),
            step.a(),
            step.b(),
            step.c(),
            step.d())) {
      return program.call("advance", latents, out, guidance, before, fresh, coefficients);
    }
  }

  /** Latents divided by the autoencoder's factor, one picture of the batch. */
  Value picture(Value latents, int index, double factor) {
    try (Value i = Value.of((long) index);
        Value scale = Value.of(1 / factor)) {
      return program.call("picture", latents, i, scale);
    }
  }

  @Override
  public void close() {
    program.close();
  }

  /**
   * Every picture's draws, made before the first step so that no other job's draws come between.
   *
   * @param draws draw by draw, picture by picture
   */
  private record Noise(List<List<Value>> draws) implements AutoCloseable {
    static Noise draw(long[] seeds, int draws, long[] shape) {
      List<List<Value>> all = new ArrayList<>();
      for (int d = 0; d < draws; d++) {
        all.add(new ArrayList<>());
      }
      for (long seed : seeds) {
        List<Value> own = Torch.normal(seed, draws, shape);
        for (int d = 0; d < draws; d++) {
          all.get(d).add(own.get(d));
        }
      }
      return new Noise(all);
    }

    Value of(int draw) {
      return Value.tensors(draws.get(draw).toArray(Value[]::new));
    }

    @Override
    public void close() {
      draws.forEach(draw -> draw.forEach(Value::close));
    }
  }
}
