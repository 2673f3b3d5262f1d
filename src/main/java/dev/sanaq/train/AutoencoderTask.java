package dev.sanaq.train;

import dev.sanaq.image.Planes;
import dev.sanaq.image.Size;
import dev.sanaq.sana.autoencoder.Autoencoder;
import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.Shapes;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.Value;
import dev.sanaq.train.data.BatchOrder;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.data.StepRandom;
import dev.sanaq.train.measure.Psnr;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Teaches DC-AE to give pictures back. */
final class AutoencoderTask implements Task {
  private final AutoencoderConfig config;
  private final List<AutoencoderPhase> phases;
  private final double weightDecay;
  private final long seed;
  private final PictureStore pictures;
  private final PictureStore heldOut;
  private final Backgrounds backgrounds;
  private final Learner learner;
  private final Map<Integer, BatchOrder> orders = new LinkedHashMap<>();
  private Map<String, Object> lastBatch = Map.of();

  AutoencoderTask(
      Recipe.AutoencoderPart part, long seed, Dataset data, Dataset heldOut, Placement placement) {
    this.config = part.checkedConfig();
    this.phases = List.copyOf(part.phases());
    this.weightDecay = part.optimiser().weightDecay();
    this.seed = seed;
    this.pictures = new PictureStore(data);
    this.heldOut = new PictureStore(heldOut);
    this.backgrounds = part.drawnBackgrounds();
    this.learner =
        Learner.compile(
            "autoencoder_training",
            Map.of("network", Autoencoder.part(config, Precision.FP32)),
            placement);
    Initial initial = new Initial(seed);
    Shapes.of(config)
        .forEach((name, shape) -> learner.put(name, initial.autoencoder(name, shape), shape));
  }

  @Override
  public Learner learner() {
    return learner;
  }

  @Override
  public List<AutoencoderPhase> phases() {
    return phases;
  }

  @Override
  public void choose(int phase) {
    boolean decoderOnly = phases.get(phase).decoderOnly();
    Shapes.of(config)
        .forEach(
            (name, shape) -> {
              if (!decoderOnly || name.startsWith("decoder.")) {
                learner.choose(name, 1, shape.length > 1 ? weightDecay : 0);
              }
            });
  }

  @Override
  public float gradients(int number, long step, int part, double share) {
    AutoencoderPhase phase = phases.get(number);
    int rows = phase.batch() / phase.accumulation();
    int[] batch = Arrays.copyOfRange(order(phase).batch(step), part * rows, (part + 1) * rows);
    lastBatch = Map.of("rows", batch);
    int side = phase.crop();
    float[] values = new float[rows * 3 * side * side];
    float[] strengths = new float[rows];
    for (int i = 0; i < rows; i++) {
      RandomGenerator random = StepRandom.of(seed, step, part * rows + i);
      Row row = pictures.data().rows().get(batch[i]);
      Planes whole =
          pictures.planes(row, backgrounds.draw(row, random), new Size(phase.size(), phase.size()));
      cut(whole, side, random, values, i * 3 * side * side);
      strengths[i] = (float) (phase.noise() * random.nextDouble());
    }
    int latent = side / config.spatialCompression();
    long noiseSeed = StepRandom.of(seed, step, -2 - part).nextLong();
    try (Value p = Value.floats(values, rows, 3, side, side);
        Value noise =
            Torch.normal(noiseSeed, 1, rows, config.latentChannels(), latent, latent).get(0);
        Value s = Value.floats(strengths, rows);
        Value numbers =
            Value.floats(
                new float[] {
                  (float) share,
                  (float) phase.edges(),
                  (float) phase.coarse(),
                  (float) phase.spread()
                },
                4)) {
      return learner.gradients("gradients", p, noise, s, numbers);
    }
  }

  private BatchOrder order(AutoencoderPhase phase) {
    List<Row> rows = pictures.data().rows();
    return orders.computeIfAbsent(
        phase.batch(),
        size ->
            new BatchOrder(
                new int[rows.size()], rows.stream().mapToInt(Row::repeats).toArray(), size, seed));
  }

  /** A square of the picture from a random place, mirrored half the time. */
  private static void cut(Planes whole, int side, RandomGenerator random, float[] to, int offset) {
    int top = random.nextInt(whole.height() - side + 1);
    int left = random.nextInt(whole.width() - side + 1);
    boolean mirrored = random.nextBoolean();
    int at = offset;
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < side; y++) {
        int row = (channel * whole.height() + top + y) * whole.width() + left;
        for (int x = 0; x < side; x++) {
          to[at++] = whole.values()[row + (mirrored ? side - 1 - x : x)];
        }
      }
    }
  }

  @Override
  public Map<String, Object> lastBatch() {
    return lastBatch;
  }

  @Override
  public Map<String, Double> measure() {
    int side = phases.get(phases.size() - 1).size();
    List<Row> rows = heldOut.data().rows();
    double sum = 0;
    for (Row row : rows) {
      float[] values = heldOut.planes(row, row.background(), new Size(side, side)).values();
      try (Value picture = Value.floats(values, 1, 3, side, side);
          Value averaged = Value.of(true);
          Value back = learner.program().call("reconstruct", picture, averaged)) {
        sum += Psnr.of(new Planes(side, side, values), new Planes(side, side, back.toFloats()));
      }
    }
    return Map.of("heldOutPsnr", sum / rows.size());
  }

  @Override
  public void show(long step) {}

  /** What makes the latents' deviation 1: measured over the pictures on their own backgrounds. */
  double scalingFactor() {
    int side = phases.get(phases.size() - 1).size();
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (Row row : pictures.data().rows()) {
      float[] values = pictures.planes(row, row.background(), new Size(side, side)).values();
      try (Value picture = Value.floats(values, 1, 3, side, side);
          Value averaged = Value.of(true);
          Value latents = learner.program().call("encode", picture, averaged)) {
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
    learner.close();
  }
}
