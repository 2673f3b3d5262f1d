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
 * Generates images like a worker, times every stage, and compares the times with the machine's peak
 * rates, measured in the same process and engine. One thread.
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

  /** The prompts of its images. */
  public static List<String> prompts() {
    return List.of(PROMPTS);
  }

  /** A benchmark of this checkpoint. */
  public Benchmark(Checkpoint checkpoint, BenchmarkConfig config) {
    this.config = config;
    this.flopCount = new FlopCount(checkpoint);
  }

  /**
   * Runs the benchmark.
   *
   * @param loader loads the checkpoint; its time is a stage of its own
   * @return one line per stage, then one per peak rate
   */
  public List<StageTiming> run(Supplier<ImageGenerator> loader) {
    double started = sinceProcessStart();
    Stopwatch stopwatch = Stopwatch.start();
    try (ImageGenerator generator = loader.get()) {
      Elapsed load = stopwatch.elapsed();
      ModelInfo model = generator.model();
      generate(generator, 1, config.height(), config.width());
      timings.add(new StageTiming("start", started, Map.of()));
      timings.add(StageTiming.of("load", List.of(load)));
      timings.add(StageTiming.of("text cold", List.copyOf(textTimes)));
      timings.add(new StageTiming("first image", sinceProcessStart(), Map.of()));
      clearTimes();
      for (int i = 0; i < config.runs(); i++) {
        generate(generator, config.timedSteps() + 1, config.height(), config.width());
      }
      List<StageTiming> bySize = new ArrayList<>();
      List<StageTiming> stages = stageTimings();
      for (int side : config.sizes()) {
        stepTimes.clear();
        timeStepsOnly(generator, side);
        bySize.add(withSize(StageTiming.of("step", stepTimes), side, side));
      }
      addResults(model, stages, bySize);
    }
    return List.copyOf(timings);
  }

  private void addResults(ModelInfo model, List<StageTiming> stages, List<StageTiming> bySize) {
    long peak = PeakMemory.peakMebibytes(); // before the roofline allocates its matrices
    Precision precision = Precision.of(model.precision());
    DevicePlacement placement = placement(model);
    Roofline limits = Roofline.measure(placement);
    double rate = limits.gflopsByPrecision().getOrDefault(precision, 0.0);
    double decodeRate =
        limits
            .gflopsByPrecision()
            .getOrDefault(placement.withPrecision(precision).withoutEightBit().precision(), 0.0);
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
      StageTiming counted = withPercentOfLimit(line, stepFlops(side, side), rate);
      double quadratic = flopCount.quadraticAttention(side, side, 2) / rate / 1e9;
      timings.add(
          rate > 0
              ? counted.withField("with_quadratic_attention", line.seconds() + quadratic)
              : counted);
    }
    timings.addAll(limits.timings());
  }

  private double stepFlops(int height, int width) {
    return flopCount.step(height, width, 2);
  }

  /** Without the percentage if the limit was not measured: bf16 on a CPU that only emulates it. */
  private static StageTiming withPercentOfLimit(StageTiming line, double operations, double rate) {
    double reached = operations / line.seconds() / 1e9;
    StageTiming counted = line.withField("gflops", reached);
    return rate > 0 ? counted.withField("percent_of_limit", 100 * reached / rate) : counted;
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

  /** The median of each stage, and the time of an image as their sum. */
  private List<StageTiming> stageTimings() {
    List<StageTiming> stages = new ArrayList<>();
    stages.add(StageTiming.of("text", textTimes));
    stages.add(StageTiming.of("prepare", prepareTimes));
    stages.add(StageTiming.of("step", stepTimes));
    stages.add(StageTiming.of("decode", decodeTimes));
    stages.add(StageTiming.of("encode", encodeTimes));
    double image =
        stages.stream()
            .mapToDouble(l -> l.seconds() * (l.stage().equals("step") ? config.steps() : 1))
            .sum();
    stages.add(new StageTiming("image", image, new LinkedHashMap<>()));
    return stages;
  }

  private void clearTimes() {
    List.of(textTimes, prepareTimes, stepTimes, decodeTimes, encodeTimes).forEach(List::clear);
  }

  private void generate(ImageGenerator generator, int count, int height, int width) {
    StepTimer timer = new StepTimer(false);
    RgbImage image =
        generator
            .generate(nextParams(generator.model(), count, height, width), timer)
            .images()
            .get(0);
    decodeTimes.add(timer.sinceLast());
    timer.recordSteps();
    Stopwatch stopwatch = Stopwatch.start();
    PngEncoder.encode(image, Map.of());
    encodeTimes.add(stopwatch.elapsed());
  }

  private void timeStepsOnly(ImageGenerator generator, int side) {
    StepTimer timer = new StepTimer(true);
    try {
      generator.generate(nextParams(generator.model(), config.timedSteps() + 1, side, side), timer);
    } catch (StepTimer.StepsDoneException e) {
      timer.recordSteps();
    }
  }

  private GenerationParams nextParams(ModelInfo model, int count, int height, int width) {
    int n = promptCount++;
    String prompt = PROMPTS[n % PROMPTS.length] + (n < PROMPTS.length ? "" : ", take " + n);
    return new GenerationParams(
        prompt,
        "",
        width,
        height,
        count,
        model.guidanceScale(),
        n,
        1,
        model.solver(),
        false,
        true,
        List.of());
  }

  /** Times the text encoder and each step. */
  private final class StepTimer implements ProgressListener {
    private final boolean stopAfterSteps;
    private final List<Elapsed> imageStepTimes = new ArrayList<>();
    private Stopwatch last = Stopwatch.start();

    /** Thrown after the last step to skip decoding. */
    private static final class StepsDoneException extends RuntimeException {
      private static final long serialVersionUID = 1L;
    }

    StepTimer(boolean stopAfterSteps) {
      this.stopAfterSteps = stopAfterSteps;
    }

    @Override
    public void onProgress(int done, int all) {
      Elapsed elapsed = last.elapsed();
      if (done == 0) {
        textTimes.add(elapsed);
      } else {
        imageStepTimes.add(elapsed);
      }
      last = Stopwatch.start();
      if (stopAfterSteps && done == all) {
        throw new StepsDoneException();
      }
    }

    Elapsed sinceLast() {
      return last.elapsed();
    }

    /** The first step also contains the preparation of the image. */
    void recordSteps() {
      if (imageStepTimes.size() > 1) {
        List<Elapsed> laterSteps = imageStepTimes.subList(1, imageStepTimes.size());
        stepTimes.addAll(laterSteps);
        prepareTimes.add(imageStepTimes.get(0).minus(laterSteps.get(0)));
      }
    }
  }

  private static double sinceProcessStart() {
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - start) / 1e3;
  }
}
