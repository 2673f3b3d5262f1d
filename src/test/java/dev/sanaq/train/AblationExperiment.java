package dev.sanaq.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.json.Json;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.cache.FeatureCaches;
import dev.sanaq.train.cache.LatentCache;
import dev.sanaq.train.config.StartingPoint;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.config.TransformerPhase;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.loop.MetricsSink;
import dev.sanaq.train.loop.TrainingLoop;
import dev.sanaq.train.loop.TrainingSnapshots;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.OptimizerSettings;
import dev.sanaq.train.report.MetricsLog;
import dev.sanaq.train.transformer.PackedCaptions;
import dev.sanaq.train.transformer.TrainableCaptions;
import dev.sanaq.train.transformer.TransformerTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two of the paper's ablations on a small scale: flow matching compared with noise prediction, and
 * Mix-FFN without positional embedding compared with a plain feed-forward network. Not part of the
 * build: {@code src/docs/ablation.md} says how to run it and gives the results.
 */
class AblationExperiment {
  private static final DevicePlacement CPU = DevicePlacement.cpu(Precision.FP32);
  private static final int LAYERS = 4;
  private static final int HEADS = 4;

  private final Path data = Path.of(requireProperty("data"));
  private final Path autoencoder = Path.of(requireProperty("autoencoder"));
  private final Path tokenizer = Path.of(requireProperty("tokenizer"));
  private final Path output = Path.of(System.getProperty("ablation.output", "target/ablation"));
  private final int numImages = Integer.getInteger("ablation.images", 48);
  private final int steps = Integer.getInteger("ablation.steps", 600);
  private final int batch = Integer.getInteger("ablation.batch", 16);
  private final int seeds = Integer.getInteger("ablation.seeds", 2);

  /** The compared variants; everything else is the same. */
  private enum Variant {
    MIX_FFN_FLOW(TrainingConfig.Objective.VELOCITY, false, false),
    MIX_FFN_NOISE(TrainingConfig.Objective.NOISE, false, false),
    PLAIN_FFN_POSITIONS(TrainingConfig.Objective.VELOCITY, true, true),
    PLAIN_FFN(TrainingConfig.Objective.VELOCITY, true, false);

    private final TrainingConfig.Objective objective;
    private final boolean plain;
    private final boolean positions;

    Variant(TrainingConfig.Objective objective, boolean plain, boolean positions) {
      this.objective = objective;
      this.plain = plain;
      this.positions = positions;
    }
  }

  @Test
  void compareVariants() throws IOException {
    Files.createDirectories(output);
    Dataset rows = Dataset.read(subset());
    BaseModels models = BaseModels.fromScratch(autoencoder, tokenizer);
    LatentCache latents =
        new FeatureCaches(output.resolve("cache"), CPU, TinyTraining.noProgress())
            .latents(rows, models, 128);
    Torch.setThreads(Integer.getInteger("ablation.threads", 1));
    AblationTable table = new AblationTable();
    for (int seed = 1; seed <= seeds; seed++) {
      for (Variant variant : Variant.values()) {
        List<Map<String, Object>> measured = train(variant, seed, rows, latents);
        assertThat(measured).as("%s", variant).hasSize(steps / evalInterval());
        boolean noise = variant.objective == TrainingConfig.Objective.NOISE;
        measured.forEach(line -> table.add(variant.name(), noise, line));
      }
    }
    Files.writeString(output.resolve("ablation.md"), table.markdown());
  }

  /** Trains, or resumes an interrupted run; returns the evaluation metrics. */
  private List<Map<String, Object>> train(
      Variant variant, int seed, Dataset rows, LatentCache latents) throws IOException {
    Path folder = Files.createDirectories(output.resolve(variant.name() + "-" + seed));
    Path log = folder.resolve("metrics.jsonl");
    TrainingConfig.TransformerPart part = transformerConfig(variant);
    TransformerConfig config = part.transformer(new StartingPoint.FromScratch());
    int vocabulary = part.textEncoder(new StartingPoint.FromScratch()).vocabSize();
    try (PromptTokenizer promptTokenizer =
            new PromptTokenizer(tokenizer.resolve("tokenizer.json"), vocabulary);
        TrainingTask task =
            task(variant, part, config, seed, trainingData(rows, latents, promptTokenizer))) {
      new TrainingLoop(
              task,
              part.optimizer(),
              new TrainingSnapshots(folder),
              part.intervals(),
              new FileMetricsSink(log))
          .run();
    }
    return MetricsLog.read(log).stream().filter(line -> line.containsKey("lossMean")).toList();
  }

  private static TransformerTask.TrainingData trainingData(
      Dataset rows, LatentCache latents, PromptTokenizer promptTokenizer) {
    return new TransformerTask.TrainingData(
        rows.samples(), latents, new TrainableCaptions(new PackedCaptions(promptTokenizer)));
  }

  private static TrainingTask task(
      Variant variant,
      TrainingConfig.TransformerPart part,
      TransformerConfig config,
      int seed,
      TransformerTask.TrainingData data) {
    TrainingTask task =
        new TransformerTask(part, seed, new StartingPoint.FromScratch(), data, step -> {}, CPU);
    return variant.plain ? new PlainFeedForwardTask(task, config) : task;
  }

  /** The bundled configuration with a smaller transformer and one phase. */
  private TrainingConfig.TransformerPart transformerConfig(Variant variant) {
    TrainingConfig.TransformerPart bundled =
        TrainingConfig.read(TrainingConfig.EMOJI).transformer();
    ObjectNode config = bundled.config().deepCopy();
    config.put("num_layers", LAYERS).put("num_attention_heads", HEADS);
    config.put("num_cross_attention_heads", HEADS).put("cross_attention_dim", 32 * HEADS);
    if (variant.positions) {
      config.put("interpolation_scale", 1.0);
    }
    TransformerPhase first = bundled.phases().get(0);
    TransformerPhase phase =
        new TransformerPhase(
            "all",
            steps,
            batch,
            1,
            true,
            first.flowShift(),
            first.captionTau(),
            first.captionDropout(),
            first.instructionShare(),
            first.learningRate(),
            first.textEncoderRateScale());
    return new TrainingConfig.TransformerPart(
        config,
        bundled.textEncoder(),
        bundled.flowShift(),
        bundled.guidanceScale(),
        variant.objective,
        withShortEma(bundled.optimizer()),
        new TrainingConfig.Intervals(evalInterval(), evalInterval(), steps),
        List.of(phase));
  }

  private int evalInterval() {
    return Math.max(steps / 6, 1);
  }

  /** A moving average short enough for so few steps. */
  private static OptimizerSettings withShortEma(OptimizerSettings of) {
    return new OptimizerSettings(
        of.kind(),
        of.beta1(),
        of.beta2(),
        of.beta3(),
        of.eps(),
        of.clipThreshold(),
        of.weightDecay(),
        of.maxGradNorm(),
        0.98);
  }

  /** The rows of images spread over the list, on all backgrounds. */
  private Path subset() throws IOException {
    Path folder = requireNonNull(data.toAbsolutePath().getParent());
    List<String> images =
        Dataset.read(data).samples().stream().map(TrainingSample::image).distinct().toList();
    Set<String> selected = new HashSet<>();
    for (int i = 0; i < numImages; i++) {
      selected.add(images.get((int) ((long) i * images.size() / numImages)));
    }
    StringBuilder list = new StringBuilder();
    for (String line : Files.readAllLines(data)) {
      Map<String, Object> row = Json.readObject(line.getBytes(StandardCharsets.UTF_8));
      String image = String.valueOf(row.get("image"));
      if (selected.contains(image)) {
        row.put("image", folder.resolve(image).toString());
        list.append(new String(Json.write(row), StandardCharsets.UTF_8)).append('\n');
      }
    }
    return Files.writeString(output.resolve("list.jsonl"), list);
  }

  private static String requireProperty(String name) {
    return requireNonNull(
        System.getProperty("ablation." + name), "missing -Dablation." + name + "=...");
  }

  /** Writes every step to a file. */
  private static final class FileMetricsSink implements MetricsSink {
    private final Path file;
    private @Nullable MetricsLog log;

    FileMetricsSink(Path file) {
      this.file = file;
    }

    @Override
    public void start(long step, long steps) {
      try {
        log = MetricsLog.resume(file, step == 0 ? -1 : step);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void write(Map<String, Object> metrics) {
      try {
        requireNonNull(log).append(metrics);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void plot() {}
  }
}
