package dev.sanaq.train.transformer;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.cache.LatentCache;
import dev.sanaq.train.config.TransformerPhase;
import dev.sanaq.train.data.BucketBatchSampler;
import dev.sanaq.train.data.CaptionSampler;
import dev.sanaq.train.data.StepRng;
import dev.sanaq.train.data.TrainingSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Draws the rows, captions, timesteps and noise of flow matching. A draw depends only on the seed,
 * the step and the micro-batch. For one thread at a time.
 */
public final class FlowMatchingSampler {
  private static final double[] EVAL_SIGMAS = {0.1, 0.3, 0.5, 0.7, 0.9};
  private static final int MAX_EVAL_SAMPLES = 64;

  private final List<TrainingSample> samples;
  private final LatentCache latents;
  private final long seed;
  private final Map<Integer, BucketBatchSampler> samplers = new LinkedHashMap<>();
  private Map<String, Object> lastBatch = Map.of();

  /**
   * @param samples the rows of the data
   * @param latents of each of them
   * @param seed of the run
   */
  public FlowMatchingSampler(List<TrainingSample> samples, LatentCache latents, long seed) {
    this.samples = List.copyOf(samples);
    this.latents = latents;
    this.seed = seed;
  }

  /** A micro-batch. The caller closes the tensors. */
  public final class Draw {
    private final int[] rows;
    private final List<String> captions;
    private final boolean[] withInstruction;
    private final float[] sigmas;
    private final long noiseSeed;

    private Draw(
        int[] rows,
        List<String> captions,
        boolean[] withInstruction,
        float[] sigmas,
        long noiseSeed) {
      this.rows = rows;
      this.captions = List.copyOf(captions);
      this.withInstruction = withInstruction;
      this.sigmas = sigmas;
      this.noiseSeed = noiseSeed;
    }

    /** One caption per row, "" if dropped. */
    public List<String> captions() {
      return captions;
    }

    /** Which captions follow the complex human instruction. */
    public boolean[] withInstruction() {
      return withInstruction.clone();
    }

    /** Latents of the rows (B, C, h, w). */
    public ScriptValue latents() {
      return latentsOf(latents);
    }

    /** The rows of another cache, with latents of the same shapes. */
    public ScriptValue latentsOf(LatentCache other) {
      return ScriptValue.floats(other.batch(rows), batchShape(rows));
    }

    /** Normal noise (B, C, h, w). */
    public ScriptValue noise() {
      return Torch.normal(noiseSeed, 1, batchShape(rows)).get(0);
    }

    /** The noise level of each row (B). */
    public ScriptValue sigmas() {
      return ScriptValue.floats(sigmas, sigmas.length);
    }
  }

  /**
   * Draws a micro-batch for training.
   *
   * @param step of the whole run, from 0
   * @param part number of the micro-batch, from 0
   */
  public Draw draw(TransformerPhase phase, long step, int part) {
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
    return new Draw(batch, texts, instructed, sigmas, StepRng.of(seed, step, -2 - part).nextLong());
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

  /** What was drawn last for training, for the report of a divergence. */
  public Map<String, Object> lastBatch() {
    return lastBatch;
  }

  /**
   * The loss by timestep on rows spread over the data, each with its first caption.
   *
   * @param losses of each row of a draw
   * @return {@code loss0.1} to {@code loss0.9} and {@code lossMean}
   */
  public Map<String, Double> evaluate(Function<Draw, float[]> losses) {
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
      float[] sigmas = new float[rows.length];
      Arrays.fill(sigmas, (float) sigma);
      double loss = mean(losses.apply(new Draw(rows, texts, instructed, sigmas, seed)));
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

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
