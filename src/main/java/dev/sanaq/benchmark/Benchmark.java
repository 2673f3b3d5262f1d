package dev.sanaq.benchmark;

import dev.sanaq.benchmark.Elapsed.Stopwatch;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.PngEncoder;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Draws images as a worker does, times every stage, and sets the times beside what the machine can
 * do at most, measured in the same process through the same engine.
 */
public final class Benchmark {
  private static final String[] PROMPTS = {
    "an astronaut riding a green horse on the moon, cinematic light, highly detailed",
    "a lighthouse in a storm at night, long exposure, waves against the rocks",
    "a bowl of oranges on a blue table, oil painting, soft morning light",
    "a narrow street in the old town after rain, reflections, evening",
    "a red fox asleep in the snow, shallow depth of field, photograph"
  };

  private final BenchmarkConfig config;
  private final FlopCount flopCount;
  private final List<StageTiming> timings = new ArrayList<>();
  private final List<Elapsed> textTimes = new ArrayList<>();
  private final List<Elapsed> prepareTimes = new ArrayList<>();
  private final List<Elapsed> stepTimes = new ArrayList<>();
  private final List<Elapsed> decodeTimes = new ArrayList<>();
  private final List<Elapsed> encodeTimes = new ArrayList<>();
  private int promptCount;

  /** A measurement of this checkpoint. */
  public Benchmark(Checkpoint checkpoint, BenchmarkConfig plan) {
    this.config = plan;
    this.flopCount = new FlopCount(checkpoint);
  }

  /**
   * Measures.
   *
   * @param loader loads the checkpoint; its time is a stage
   * @return a line a stage, then one a limit
   */
  public List<StageTiming> run(Supplier<ImageGenerator> loader) {
    double started = sinceProcessStart();
    Stopwatch moment = Stopwatch.start();
    try (ImageGenerator painter = loader.get()) {
      Elapsed load = moment.elapsed();
      ModelInfo model = painter.model();
      generate(painter, 1, config.height(), config.width());
      timings.add(new StageTiming("start", started, Map.of()));
      timings.add(StageTiming.of("load", List.of(load)));
      timings.add(StageTiming.of("text cold", List.copyOf(textTimes)));
      timings.add(new StageTiming("first image", sinceProcessStart(), Map.of()));
      clearTimes();
      for (int i = 0; i < config.runs(); i++) {
        generate(painter, config.timedSteps() + 1, config.height(), config.width());
      }
      List<StageTiming> bySize = new ArrayList<>();
      List<StageTiming> stages = stageTimings();
      for (int side : config.sizes()) {
        stepTimes.clear();
        timeStepsOnly(painter, side);
        bySize.add(withSize(StageTiming.of("step", stepTimes), side, side));
      }
      addResults(model, stages, bySize);
    }
    return List.copyOf(timings);
  }

  private void addResults(ModelInfo model, List<StageTiming> stages, List<StageTiming> bySize) {
    long peak = PeakMemory.peakMebibytes(); // before the limits' own matrices
    Precision precision = Precision.of(model.precision());
    DevicePlacement placement = placement(model);
    Roofline limits = Roofline.measure(placement);
    double rate = limits.gflopsByPrecision().getOrDefault(precision, 0.0);
    double decodeRate =
        limits
            .gflopsByPrecision()
            .getOrDefault(placement.withPrecision(precision).withoutInt8().precision(), 0.0);
    for (StageTiming line : stages) {
      switch (line.stage()) {
        case "step" ->
            timings.add(withPercentOfLimit(line, stepFlops(config.height(), config.width()), rate));
        case "decode" ->
            timings.add(
                withPercentOfLimit(
                    line, flopCount.decode(config.height(), config.width()), decodeRate));
        case "image" -> timings.add(withRunFields(line, model, peak));
        default -> timings.add(line);
      }
    }
    for (StageTiming line : bySize) {
      int side = (int) line.number("height").orElseThrow();
      double quadratic = flopCount.quadraticAttention(side, side, 2) / rate / 1e9;
      timings.add(
          withPercentOfLimit(line, stepFlops(side, side), rate)
              .withField("with_quadratic_attention", line.seconds() + quadratic));
    }
    timings.addAll(limits.timings());
  }

  private double stepFlops(int height, int width) {
    return flopCount.step(height, width, 2);
  }

  private static StageTiming withPercentOfLimit(StageTiming line, double operations, double rate) {
    double reached = operations / line.seconds() / 1e9;
    return line.withField("gflops", reached).withField("percent_of_limit", 100 * reached / rate);
  }

  private static DevicePlacement placement(ModelInfo model) {
    return Devices.choose(model.device().startsWith("cuda") ? "cuda" : "cpu", model.precision());
  }

  private StageTiming withRunFields(StageTiming line, ModelInfo model, long peak) {
    return withSize(line, config.height(), config.width())
        .withField("steps", config.steps())
        .withField("dtype", model.precision())
        .withField("device", model.device())
        .withField("threads", Torch.threads())
        .withField("peak_rss_mib", peak);
  }

  private static StageTiming withSize(StageTiming line, int height, int width) {
    return line.withField("height", height).withField("width", width);
  }

  /** The medians, and one image's time of them. */
  private List<StageTiming> stageTimings() {
    List<StageTiming> found = new ArrayList<>();
    found.add(StageTiming.of("text", textTimes));
    found.add(StageTiming.of("prepare", prepareTimes));
    found.add(StageTiming.of("step", stepTimes));
    found.add(StageTiming.of("decode", decodeTimes));
    found.add(StageTiming.of("encode", encodeTimes));
    double image =
        found.stream()
            .mapToDouble(l -> l.seconds() * (l.stage().equals("step") ? config.steps() : 1))
            .sum();
    found.add(new StageTiming("image", image, new LinkedHashMap<>()));
    return found;
  }

  private void clearTimes() {
    List.of(textTimes, prepareTimes, stepTimes, decodeTimes, encodeTimes).forEach(List::clear);
  }

  private void generate(ImageGenerator painter, int count, int height, int width) {
    StepTimer clock = new StepTimer(false);
    RgbImage image =
        painter.generate(nextParams(painter.model(), count, height, width), clock).images().get(0);
    decodeTimes.add(clock.sinceLast());
    clock.recordSteps();
    Stopwatch moment = Stopwatch.start();
    PngEncoder.encode(image, Map.of());
    encodeTimes.add(moment.elapsed());
  }

  private void timeStepsOnly(ImageGenerator painter, int side) {
    StepTimer clock = new StepTimer(true);
    try {
      painter.generate(nextParams(painter.model(), config.timedSteps() + 1, side, side), clock);
    } catch (StepTimer.StepsDoneException e) {
      clock.recordSteps();
    }
  }

  private GenerationParams nextParams(ModelInfo model, int count, int height, int width) {
    int n = promptCount++;
    String prompt = PROMPTS[n % PROMPTS.length] + (n < PROMPTS.length ? "" : ", take " + n);
    return new GenerationParams(
        prompt, "", width, height, count, model.guidanceScale(), n, 1, model.solver(), false, true);
  }

  /** Hears when the text is encoded and when a step has ended. */
  private final class StepTimer implements ProgressListener {
    private final boolean stopAfterSteps;
    private final List<Elapsed> imageStepTimes = new ArrayList<>();
    private Stopwatch last = Stopwatch.start();

    /** Thrown after the last step where the image itself is not wanted. */
    private static final class StepsDoneException extends RuntimeException {
      private static final long serialVersionUID = 1L;
    }

    StepTimer(boolean stop) {
      this.stopAfterSteps = stop;
    }

    @Override
    public void onProgress(int done, int all) {
      Elapsed spent = last.elapsed();
      if (done == 0) {
        textTimes.add(spent);
      } else {
        imageStepTimes.add(spent);
      }
      last = Stopwatch.start();
      if (stopAfterSteps && done == all) {
        throw new StepsDoneException();
      }
    }

    Elapsed sinceLast() {
      return last.elapsed();
    }

    /** The first step has in it what is prepared once an image. */
    void recordSteps() {
      if (imageStepTimes.size() > 1) {
        List<Elapsed> pure = imageStepTimes.subList(1, imageStepTimes.size());
        stepTimes.addAll(pure);
        prepareTimes.add(imageStepTimes.get(0).minus(pure.get(0)));
      }
    }
  }

  private static double sinceProcessStart() {
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - start) / 1e3;
  }
}
