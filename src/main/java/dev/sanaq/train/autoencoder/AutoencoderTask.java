package dev.sanaq.train.autoencoder;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.cache.ImageCache;
import dev.sanaq.train.config.AutoencoderPhase;
import dev.sanaq.train.config.Backgrounds;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.data.BucketBatchSampler;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.StepRng;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.measure.Psnr;
import dev.sanaq.train.optim.TrainableProgram;
import dev.sanaq.train.optim.WeightInitializer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Trains DC-AE to reconstruct images. */
public final class AutoencoderTask implements TrainingTask {
  private final AutoencoderConfig config;
  private final List<AutoencoderPhase> phases;
  private final double weightDecay;
  private final long seed;
  private final ImageCache images;
  private final ImageCache evalImages;
  private final Backgrounds backgrounds;
  private final TrainableProgram program;
  private final Map<Integer, BucketBatchSampler> samplers = new LinkedHashMap<>();
  private Map<String, Object> lastBatch = Map.of();

  /** Compiles the program and initialises its weights. */
  public AutoencoderTask(
      TrainingConfig.AutoencoderPart part,
      long seed,
      Dataset data,
      Dataset evalData,
      DevicePlacement placement) {
    this.config = part.checkedConfig();
    this.phases = List.copyOf(part.phases());
    this.weightDecay = part.optimizer().weightDecay();
    this.seed = seed;
    this.images = new ImageCache(data);
    this.evalImages = new ImageCache(evalData);
    this.backgrounds = part.backgroundSampler();
    this.program =
        TrainableProgram.compile(
            "autoencoder_training",
            Map.of("network", AutoencoderDC.scriptSource(config, Precision.FP32)),
            placement);
    WeightInitializer initializer = new WeightInitializer(seed);
    ExpectedShapes.of(config)
        .forEach((name, shape) -> program.put(name, initializer.autoencoder(name, shape), shape));
  }

  @Override
  public TrainableProgram program() {
    return program;
  }

  @Override
  public List<AutoencoderPhase> phases() {
    return phases;
  }

  @Override
  public void selectTrainable(int phase) {
    boolean decoderOnly = phases.get(phase).decoderOnly();
    ExpectedShapes.of(config)
        .forEach(
            (name, shape) -> {
              if (!decoderOnly || name.startsWith("decoder.")) {
                program.setTrainable(name, 1, shape.length > 1 ? weightDecay : 0);
              }
            });
  }

  @Override
  public float accumulateGradients(int number, long step, int part, double share) {
    AutoencoderPhase phase = phases.get(number);
    int rows = phase.batchSize() / phase.gradientAccumulationSteps();
    int[] batch = Arrays.copyOfRange(sampler(phase).batch(step), part * rows, (part + 1) * rows);
    lastBatch = Map.of("rows", batch);
    int side = phase.crop();
    float[] values = new float[rows * 3 * side * side];
    float[] noiseScales = new float[rows];
    for (int i = 0; i < rows; i++) {
      RandomGenerator random = StepRng.of(seed, step, part * rows + i);
      TrainingSample sample = images.dataset().samples().get(batch[i]);
      PlanarFloatImage image =
          images.planes(
              sample,
              backgrounds.sample(sample, random),
              new ImageSize(phase.size(), phase.size()));
      randomCrop(image, side, random, values, i * 3 * side * side);
      noiseScales[i] = (float) (phase.maxLatentNoise() * random.nextDouble());
    }
    int latentSide = side / config.spatialCompression();
    long noiseSeed = StepRng.of(seed, step, -2 - part).nextLong();
    try (ScriptValue p = ScriptValue.floats(values, rows, 3, side, side);
        ScriptValue noise =
            Torch.normal(noiseSeed, 1, rows, config.latentChannels(), latentSide, latentSide)
                .get(0);
        ScriptValue s = ScriptValue.floats(noiseScales, rows);
        ScriptValue weights =
            ScriptValue.floats(
                new float[] {
                  (float) share,
                  (float) phase.gradientLossWeight(),
                  (float) phase.lowResLossWeight(),
                  (float) phase.latentStatsWeight()
                },
                4)) {
      return program.accumulateGradients("accumulate_gradients", p, noise, s, weights);
    }
  }

  private BucketBatchSampler sampler(AutoencoderPhase phase) {
    List<TrainingSample> rows = images.dataset().samples();
    return samplers.computeIfAbsent(
        phase.batchSize(),
        size ->
            new BucketBatchSampler(
                new int[rows.size()],
                rows.stream().mapToInt(TrainingSample::repeats).toArray(),
                size,
                seed));
  }

  /** Copies a random square crop, mirrored with probability one half. */
  private static void randomCrop(
      PlanarFloatImage image, int side, RandomGenerator random, float[] target, int offset) {
    int top = random.nextInt(image.height() - side + 1);
    int left = random.nextInt(image.width() - side + 1);
    boolean mirrored = random.nextBoolean();
    int index = offset;
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < side; y++) {
        int row = (channel * image.height() + top + y) * image.width() + left;
        for (int x = 0; x < side; x++) {
          target[index++] = image.values()[row + (mirrored ? side - 1 - x : x)];
        }
      }
    }
  }

  @Override
  public Map<String, Object> lastBatch() {
    return lastBatch;
  }

  @Override
  public Map<String, Double> evaluate() {
    int side = phases.get(phases.size() - 1).size();
    List<TrainingSample> samples = evalImages.dataset().samples();
    double sum = 0;
    for (TrainingSample sample : samples) {
      float[] values =
          evalImages.planes(sample, sample.background(), new ImageSize(side, side)).values();
      try (ScriptValue image = ScriptValue.floats(values, 1, 3, side, side);
          ScriptValue ema = ScriptValue.of(true);
          ScriptValue decoded = program.script().call("reconstruct", image, ema)) {
        sum +=
            Psnr.of(
                new PlanarFloatImage(side, side, values),
                new PlanarFloatImage(side, side, decoded.toFloats()));
      }
    }
    return Map.of("heldOutPsnr", sum / samples.size());
  }

  @Override
  public void renderSamples(long step) {}

  /** The scaling factor: one over the standard deviation of the latents of all images. */
  public double scalingFactor() {
    int side = phases.get(phases.size() - 1).size();
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (TrainingSample sample : images.dataset().samples()) {
      float[] values =
          images.planes(sample, sample.background(), new ImageSize(side, side)).values();
      try (ScriptValue image = ScriptValue.floats(values, 1, 3, side, side);
          ScriptValue ema = ScriptValue.of(true);
          ScriptValue latents = program.script().call("encode", image, ema)) {
        for (float z : latents.toFloats()) {
          sum += z;
          squares += (double) z * z;
          count++;
        }
      }
    }
    double mean = sum / count;
    return 1 / Math.sqrt(squares / count - mean * mean);
  }

  @Override
  public void close() {
    program.close();
  }
}
