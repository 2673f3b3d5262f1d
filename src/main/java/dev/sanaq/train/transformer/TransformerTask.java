package dev.sanaq.train.transformer;

import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.cache.LatentCache;
import dev.sanaq.train.config.StartingPoint;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.config.TransformerPhase;
import dev.sanaq.train.data.BucketBatchSampler;
import dev.sanaq.train.data.CaptionSampler;
import dev.sanaq.train.data.StepRng;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;
import dev.sanaq.train.optim.WeightInitializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Trains the transformer by flow matching, with the text encoder or a LoRA adapter. */
public final class TransformerTask implements TrainingTask {
  /** Prefix of the transformer's weights in the program. */
  public static final String TRANSFORMER_PREFIX = "transformer.";

  /** Prefix of the text encoder's weights in the program. */
  public static final String TEXT_ENCODER_PREFIX = "text_encoder.";

  /** Prefix of the adapter's weights in the program. */
  public static final String LORA_PREFIX = "lora.";

  private static final double[] EVAL_SIGMAS = {0.1, 0.3, 0.5, 0.7, 0.9};
  private static final int MAX_EVAL_SAMPLES = 64;

  private final TransformerConfig config;
  private final TextEncoderConfig textConfig;
  private final StartingPoint startingPoint;
  private final List<TransformerPhase> phases;
  private final double weightDecay;
  private final long seed;
  private final List<TrainingSample> samples;
  private final LatentCache latents;
  private final CaptionEncoder captions;
  private final LongConsumer sampleRenderer;
  private final TrainableProgram program;
  private final Map<Integer, BucketBatchSampler> samplers = new LinkedHashMap<>();
  private Map<String, Object> lastBatch = Map.of();

  /** Samples, their latents in the same order, and the encoder of their captions. */
  public record TrainingData(
      List<TrainingSample> samples, LatentCache latents, CaptionEncoder captions) {}

  /**
   * Compiles the program and initialises its weights.
   *
   * @param sampleRenderer renders samples after the given step
   */
  public TransformerTask(
      TrainingConfig.TransformerPart part,
      long seed,
      StartingPoint start,
      TrainingData data,
      LongConsumer sampleRenderer,
      DevicePlacement placement) {
    this.startingPoint = start;
    this.config = part.transformer(start);
    this.textConfig = part.textEncoder(start);
    this.phases = List.copyOf(part.phases());
    this.weightDecay = part.optimizer().weightDecay();
    this.seed = seed;
    this.samples = List.copyOf(data.samples());
    this.latents = data.latents();
    this.captions = data.captions();
    this.sampleRenderer = sampleRenderer;
    double scale = start instanceof StartingPoint.Lora lora ? lora.config().scale() : 1;
    this.program =
        TrainableProgram.compile(
            "transformer_training",
            Map.of(
                "network",
                SanaTransformer.scriptSource(config, false),
                "text",
                TextEncoder.scriptSource(textConfig, Precision.FP32),
                "adapter_scale",
                scale,
                "flow",
                part.objective() == TrainingConfig.Objective.VELOCITY),
            placement);
    initializeWeights(new WeightInitializer(seed));
  }

  private void initializeWeights(WeightInitializer initializer) {
    if (startingPoint instanceof StartingPoint.FineTune fineTune) {
      WeightLoader.load(
          fineTune.checkpoint().transformerTensors(), program.script(), TRANSFORMER_PREFIX);
    } else if (startingPoint instanceof StartingPoint.Lora lora) {
      TensorIndex base = lora.checkpoint().transformerTensors();
      WeightLoader.load(base, program.script(), TRANSFORMER_PREFIX);
      lora.config()
          .shapes(ExpectedShapes.of(config))
          .forEach((n, s) -> program.put(LORA_PREFIX + n, initializer.lora(n, s), s));
    } else {
      ExpectedShapes.of(config)
          .forEach((n, s) -> program.put(TRANSFORMER_PREFIX + n, initializer.transformer(n, s), s));
      ExpectedShapes.of(textConfig)
          .forEach(
              (n, s) -> program.put(TEXT_ENCODER_PREFIX + n, initializer.textEncoder(n, s), s));
    }
  }

  @Override
  public TrainableProgram program() {
    return program;
  }

  @Override
  public List<TransformerPhase> phases() {
    return phases;
  }

  @Override
  public void selectTrainable(int phase) {
    if (startingPoint instanceof StartingPoint.Lora lora) {
      selectTrainable(LORA_PREFIX, lora.config().shapes(ExpectedShapes.of(config)), 1);
      return;
    }
    selectTrainable(TRANSFORMER_PREFIX, ExpectedShapes.of(config), 1);
    double textRateScale = phases.get(phase).textEncoderRateScale();
    if (startingPoint instanceof StartingPoint.FromScratch && textRateScale > 0) {
      selectTrainable(TEXT_ENCODER_PREFIX, ExpectedShapes.of(textConfig), textRateScale);
    }
  }

  private void selectTrainable(String prefix, Map<String, long[]> shapes, double rateScale) {
    shapes.forEach(
        (n, s) -> program.setTrainable(prefix + n, rateScale, s.length > 1 ? weightDecay : 0));
  }

  @Override
  public float accumulateGradients(int number, long step, int part, double share) {
    TransformerPhase phase = phases.get(number);
    int size = phase.batchSize() / phase.gradientAccumulationSteps();
    int[] batch = Arrays.copyOfRange(sampler(phase).batch(step), part * size, (part + 1) * size);
    List<String> texts = new ArrayList<>();
    boolean[] instructed = new boolean[size];
    float[] sigmas = new float[size];
    for (int i = 0; i < size; i++) {
      RandomGenerator random = StepRng.of(seed, step, part * size + i);
      texts.add(
          CaptionSampler.sample(
              samples.get(batch[i]).captions(),
              phase.captionTau(),
              phase.captionDropout(),
              random));
      instructed[i] = random.nextDouble() < phase.instructionShare() && !texts.get(i).isEmpty();
      sigmas[i] = (float) shiftSigma(sigmoid(random.nextGaussian()), phase.flowShift());
    }
    lastBatch = Map.of("rows", batch, "captions", texts, "sigmas", sigmas);
    long noiseSeed = StepRng.of(seed, step, -2 - part).nextLong();
    long[] shape = batchShape(batch);
    try (ScriptValue x = ScriptValue.floats(latents.batch(batch), shape);
        ScriptValue noise = Torch.normal(noiseSeed, 1, shape).get(0);
        ScriptValue s = ScriptValue.floats(sigmas, size)) {
      return captions.accumulateGradients(
          program, new CaptionEncoder.MicroBatch(x, noise, s, texts, instructed), share);
    }
  }

  /** Of a normal number: logit-normal timesteps, which favour the middle (paper, section 3.1). */
  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Shifts a sigma as the schedulers do. */
  static double shiftSigma(double u, double shift) {
    return shift * u / (1 + (shift - 1) * u);
  }

  private long[] batchShape(int[] batch) {
    long[] shape = latents.shape(batch[0]);
    return new long[] {batch.length, shape[0], shape[1], shape[2]};
  }

  private BucketBatchSampler sampler(TransformerPhase phase) {
    return samplers.computeIfAbsent(
        phase.batchSize(),
        size ->
            new BucketBatchSampler(
                bucketIds(),
                samples.stream().mapToInt(TrainingSample::repeats).toArray(),
                size,
                seed));
  }

  /** Rows with latents of one shape form a bucket. */
  private int[] bucketIds() {
    return IntStream.range(0, latents.size())
        .map(row -> Arrays.hashCode(latents.shape(row)))
        .toArray();
  }

  @Override
  public Map<String, Object> lastBatch() {
    return lastBatch;
  }

  /** The loss by timestep on rows spread over the data, each with its first caption. */
  @Override
  public Map<String, Double> evaluate() {
    int stride = Math.max(1, samples.size() / MAX_EVAL_SAMPLES);
    int[] rows =
        IntStream.range(0, samples.size())
            .filter(i -> i % stride == 0 && Arrays.equals(latents.shape(i), latents.shape(0)))
            .limit(MAX_EVAL_SAMPLES)
            .toArray();
    List<String> texts = Arrays.stream(rows).mapToObj(i -> firstCaption(samples.get(i))).toList();
    boolean[] instructed = new boolean[rows.length];
    for (int i = 0; i < instructed.length; i++) {
      instructed[i] = !texts.get(i).isEmpty();
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    double mean = 0;
    for (double sigma : EVAL_SIGMAS) {
      double loss = evaluate(rows, texts, instructed, sigma);
      metrics.put(String.format(Locale.ROOT, "loss%.1f", sigma), loss);
      mean += loss / EVAL_SIGMAS.length;
    }
    metrics.put("lossMean", mean);
    return metrics;
  }

  private static String firstCaption(TrainingSample sample) {
    return sample.captions().isEmpty()
        ? CaptionSampler.EMPTY_CAPTION
        : sample.captions().get(0).text();
  }

  private double evaluate(int[] rows, List<String> texts, boolean[] instructed, double sigma) {
    float[] sigmas = new float[rows.length];
    Arrays.fill(sigmas, (float) sigma);
    long[] shape = batchShape(rows);
    try (ScriptValue x = ScriptValue.floats(latents.batch(rows), shape);
        ScriptValue noise = Torch.normal(seed, 1, shape).get(0);
        ScriptValue s = ScriptValue.floats(sigmas, sigmas.length)) {
      double sum = 0;
      for (float loss :
          captions.losses(program, new CaptionEncoder.MicroBatch(x, noise, s, texts, instructed))) {
        sum += loss;
      }
      return sum / sigmas.length;
    }
  }

  @Override
  public void renderSamples(long step) {
    sampleRenderer.accept(step);
  }

  @Override
  public void close() {
    program.close();
  }
}
