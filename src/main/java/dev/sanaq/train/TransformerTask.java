package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.Shapes;
import dev.sanaq.sana.checkpoint.Tensors;
import dev.sanaq.sana.checkpoint.TextEncoderConfig;
import dev.sanaq.sana.checkpoint.TransformerConfig;
import dev.sanaq.sana.checkpoint.WeightLoader;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.LinearTransformer;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.Value;
import dev.sanaq.train.data.BatchOrder;
import dev.sanaq.train.data.CaptionChoice;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.data.StepRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Teaches the transformer the flow from noise to latents, and the text encoder with it. */
final class TransformerTask implements Task {
  /** What the program puts before the names of each network's weights. */
  static final String TRANSFORMER = "transformer.";

  static final String TEXT_ENCODER = "text_encoder.";
  static final String ADAPTER = "lora.";

  private static final double[] MEASURED = {0.1, 0.3, 0.5, 0.7, 0.9};
  private static final int MEASURED_ROWS = 64;

  private final TransformerConfig config;
  private final TextEncoderConfig textConfig;
  private final StartingPoint start;
  private final List<TransformerPhase> phases;
  private final double weightDecay;
  private final long seed;
  private final List<Row> rows;
  private final LatentStore latents;
  private final CaptionSource captions;
  private final LongConsumer sheet;
  private final Learner learner;
  private final Map<Integer, BatchOrder> orders = new LinkedHashMap<>();
  private Map<String, Object> lastBatch = Map.of();

  /** What is learnt: rows of one order in both. */
  record Lessons(List<Row> rows, LatentStore latents, CaptionSource captions) {}

  TransformerTask(
      Recipe.TransformerPart part,
      long seed,
      StartingPoint start,
      Lessons lessons,
      LongConsumer sheet,
      Placement placement) {
    this.start = start;
    this.config = part.transformer(start);
    this.textConfig = part.textEncoder(start);
    this.phases = List.copyOf(part.phases());
    this.weightDecay = part.optimiser().weightDecay();
    this.seed = seed;
    this.rows = List.copyOf(lessons.rows());
    this.latents = lessons.latents();
    this.captions = lessons.captions();
    this.sheet = sheet;
    double scale =
        start instanceof StartingPoint.Adapting adapting ? adapting.adapter().scale() : 1;
    this.learner =
        Learner.compile(
            "transformer_training",
            Map.of(
                "network",
                LinearTransformer.part(config, false),
                "text",
                TextEncoder.part(textConfig, Precision.FP32),
                "adapter_scale",
                scale,
                "flow",
                part.objective() == Recipe.Objective.VELOCITY),
            placement);
    putFirstWeights(new Initial(seed));
  }

  private void putFirstWeights(Initial initial) {
    if (start instanceof StartingPoint.FineTuning tuning) {
      WeightLoader.load(tuning.checkpoint().transformerTensors(), learner.program(), TRANSFORMER);
    } else if (start instanceof StartingPoint.Adapting adapting) {
      Tensors base = adapting.checkpoint().transformerTensors();
      WeightLoader.load(base, learner.program(), TRANSFORMER);
      adapting
          .adapter()
          .shapes(Shapes.of(config))
          .forEach((n, s) -> learner.put(ADAPTER + n, initial.adapter(n, s), s));
    } else {
      Shapes.of(config)
          .forEach((n, s) -> learner.put(TRANSFORMER + n, initial.transformer(n, s), s));
      Shapes.of(textConfig)
          .forEach((n, s) -> learner.put(TEXT_ENCODER + n, initial.textEncoder(n, s), s));
    }
  }

  @Override
  public Learner learner() {
    return learner;
  }

  @Override
  public List<TransformerPhase> phases() {
    return phases;
  }

  @Override
  public void choose(int phase) {
    if (start instanceof StartingPoint.Adapting adapting) {
      choose(ADAPTER, adapting.adapter().shapes(Shapes.of(config)), 1);
      return;
    }
    choose(TRANSFORMER, Shapes.of(config), 1);
    double textRate = phases.get(phase).textRate();
    if (start instanceof StartingPoint.Fresh && textRate > 0) {
      choose(TEXT_ENCODER, Shapes.of(textConfig), textRate);
    }
  }

  private void choose(String prefix, Map<String, long[]> shapes, double rate) {
    shapes.forEach((n, s) -> learner.choose(prefix + n, rate, s.length > 1 ? weightDecay : 0));
  }

  @Override
  public float gradients(int number, long step, int part, double share) {
    TransformerPhase phase = phases.get(number);
    int size = phase.batch() / phase.accumulation();
    int[] batch = Arrays.copyOfRange(order(phase).batch(step), part * size, (part + 1) * size);
    List<String> texts = new ArrayList<>();
    boolean[] instructed = new boolean[size];
    float[] sigmas = new float[size];
    for (int i = 0; i < size; i++) {
      RandomGenerator random = StepRandom.of(seed, step, part * size + i);
      texts.add(
          CaptionChoice.choose(
              rows.get(batch[i]).captions(), phase.captionTau(), phase.captionDropout(), random));
      instructed[i] = random.nextDouble() < phase.instructed() && !texts.get(i).isEmpty();
      sigmas[i] = (float) shifted(sigmoid(random.nextGaussian()), phase.flowShift());
    }
    lastBatch = Map.of("rows", batch, "captions", texts, "sigmas", sigmas);
    long noiseSeed = StepRandom.of(seed, step, -2 - part).nextLong();
    long[] shape = shape(batch);
    try (Value x = Value.floats(latents.batch(batch), shape);
        Value noise = Torch.normal(noiseSeed, 1, shape).get(0);
        Value s = Value.floats(sigmas, size)) {
      CaptionSource.Part own = new CaptionSource.Part(x, noise, s, texts, instructed);
      return captions.gradients(learner, own, share);
    }
  }

  /** Logit-normal (paper, section 3.1): most of the work is in the middle. */
  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** As sampling shifts its sigmas. */
  static double shifted(double u, double shift) {
    return shift * u / (1 + (shift - 1) * u);
  }

  private long[] shape(int[] batch) {
    long[] one = latents.shape(batch[0]);
    return new long[] {batch.length, one[0], one[1], one[2]};
  }

  private BatchOrder order(TransformerPhase phase) {
    return orders.computeIfAbsent(
        phase.batch(),
        size ->
            new BatchOrder(buckets(), rows.stream().mapToInt(Row::repeats).toArray(), size, seed));
  }

  /** Rows whose latents have one shape are one bucket. */
  private int[] buckets() {
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
  public Map<String, Double> measure() {
    int every = Math.max(1, rows.size() / MEASURED_ROWS);
    int[] chosen =
        IntStream.range(0, rows.size())
            .filter(i -> i % every == 0 && Arrays.equals(latents.shape(i), latents.shape(0)))
            .limit(MEASURED_ROWS)
            .toArray();
    List<String> texts = Arrays.stream(chosen).mapToObj(i -> firstCaption(rows.get(i))).toList();
    boolean[] instructed = new boolean[chosen.length];
    for (int i = 0; i < instructed.length; i++) {
      instructed[i] = !texts.get(i).isEmpty();
    }
    Map<String, Double> found = new LinkedHashMap<>();
    double mean = 0;
    for (double sigma : MEASURED) {
      double loss = measure(chosen, texts, instructed, sigma);
      found.put(String.format(Locale.ROOT, "loss%.1f", sigma), loss);
      mean += loss / MEASURED.length;
    }
    found.put("lossMean", mean);
    return found;
  }

  private static String firstCaption(Row row) {
    return row.captions().isEmpty() ? CaptionChoice.DROPPED : row.captions().get(0).text();
  }

  private double measure(int[] chosen, List<String> texts, boolean[] instructed, double sigma) {
    float[] sigmas = new float[chosen.length];
    Arrays.fill(sigmas, (float) sigma);
    long[] shape = shape(chosen);
    try (Value x = Value.floats(latents.batch(chosen), shape);
        Value noise = Torch.normal(seed, 1, shape).get(0);
        Value s = Value.floats(sigmas, sigmas.length)) {
      double sum = 0;
      for (float loss :
          captions.losses(learner, new CaptionSource.Part(x, noise, s, texts, instructed))) {
        sum += loss;
      }
      return sum / sigmas.length;
    }
  }

  @Override
  public void show(long step) {
    sheet.accept(step);
  }

  @Override
  public void close() {
    learner.close();
  }
}
