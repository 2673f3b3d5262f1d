package dev.sanaq.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.json.Json;
import dev.sanaq.sana.checkpoint.TransformerConfig;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.report.MetricsLog;
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
 * Two of the paper's ablations in small: flow matching beside noise prediction, and Mix-FFN without
 * positional embedding beside a plain feed-forward. No part of the build: {@code
 * src/docs/ablation.md} says how it is run and what came out.
 */
class AblationExperiment {
  private static final Placement CPU = Placement.cpu(Precision.FP32);
  private static final int LAYERS = 4;
  private static final int HEADS = 4;

  private final Path data = Path.of(setting("data"));
  private final Path autoencoder = Path.of(setting("autoencoder"));
  private final Path tokenizer = Path.of(setting("tokenizer"));
  private final Path output = Path.of(System.getProperty("ablation.output", "target/ablation"));
  private final int pictures = Integer.getInteger("ablation.pictures", 48);
  private final int steps = Integer.getInteger("ablation.steps", 600);
  private final int batch = Integer.getInteger("ablation.batch", 16);
  private final int seeds = Integer.getInteger("ablation.seeds", 2);

  /** What is compared; everything else is the same. */
  private enum Variant {
    MIX_FFN_FLOW(Recipe.Objective.VELOCITY, false, false),
    MIX_FFN_NOISE(Recipe.Objective.NOISE, false, false),
    PLAIN_FFN_POSITIONS(Recipe.Objective.VELOCITY, true, true),
    PLAIN_FFN(Recipe.Objective.VELOCITY, true, false);

    private final Recipe.Objective objective;
    private final boolean plain;
    private final boolean positions;

    Variant(Recipe.Objective objective, boolean plain, boolean positions) {
      this.objective = objective;
      this.plain = plain;
      this.positions = positions;
    }
  }

  @Test
  void compare() throws IOException {
    Files.createDirectories(output);
    Dataset rows = Dataset.read(subset());
    Models models = Models.fresh(autoencoder, tokenizer);
    LatentStore latents =
        new Caches(output.resolve("cache"), CPU, TinyTraining.unwatched())
            .latents(rows, models, 128);
    Torch.setThreads(Integer.getInteger("ablation.threads", 1));
    AblationTable table = new AblationTable();
    for (int seed = 1; seed <= seeds; seed++) {
      for (Variant variant : Variant.values()) {
        List<Map<String, Object>> measured = train(variant, seed, rows, latents);
        assertThat(measured).as("%s", variant).hasSize(steps / every());
        boolean noise = variant.objective == Recipe.Objective.NOISE;
        measured.forEach(line -> table.add(variant.name(), noise, line));
      }
    }
    Files.writeString(output.resolve("ablation.md"), table.markdown());
  }

  /** Trains, or goes on where an earlier call was stopped; answers what was measured. */
  private List<Map<String, Object>> train(
      Variant variant, int seed, Dataset rows, LatentStore latents) throws IOException {
    Path folder = Files.createDirectories(output.resolve(variant.name() + "-" + seed));
    Path log = folder.resolve("metrics.jsonl");
    Recipe.TransformerPart part = part(variant);
    TransformerConfig config = part.transformer(new StartingPoint.Fresh());
    int vocabulary = part.textEncoder(new StartingPoint.Fresh()).vocabSize();
    try (PromptTokenizer words =
            new PromptTokenizer(tokenizer.resolve("tokenizer.json"), vocabulary);
        Task task = task(variant, part, config, seed, lessons(rows, latents, words))) {
      new Run(task, part.optimiser(), new Snapshots(folder), part.every(), new Log(log)).run();
    }
    return MetricsLog.read(log).stream().filter(line -> line.containsKey("lossMean")).toList();
  }

  private static TransformerTask.Lessons lessons(
      Dataset rows, LatentStore latents, PromptTokenizer words) {
    return new TransformerTask.Lessons(
        rows.rows(), latents, new LearntCaptions(new PackedCaptions(words)));
  }

  private static Task task(
      Variant variant,
      Recipe.TransformerPart part,
      TransformerConfig config,
      int seed,
      TransformerTask.Lessons lessons) {
    Task task =
        new TransformerTask(part, seed, new StartingPoint.Fresh(), lessons, step -> {}, CPU);
    return variant.plain ? new PlainFeedForward(task, config) : task;
  }

  /** The emoji's recipe with a smaller transformer and one phase. */
  private Recipe.TransformerPart part(Variant variant) {
    Recipe.TransformerPart whole = Recipe.read(Recipe.EMOJI).transformer();
    ObjectNode config = whole.config().deepCopy();
    config.put("num_layers", LAYERS).put("num_attention_heads", HEADS);
    config.put("num_cross_attention_heads", HEADS).put("cross_attention_dim", 32 * HEADS);
    if (variant.positions) {
      config.put("interpolation_scale", 1.0);
    }
    TransformerPhase first = whole.phases().get(0);
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
            first.instructed(),
            first.rate(),
            first.textRate());
    return new Recipe.TransformerPart(
        config,
        whole.textEncoder(),
        whole.flowShift(),
        whole.guidanceScale(),
        variant.objective,
        averaging(whole.optimiser()),
        new Recipe.Every(every(), every(), steps),
        List.of(phase));
  }

  private int every() {
    return Math.max(steps / 6, 1);
  }

  /** An average short enough for so few steps. */
  private static OptimiserSettings averaging(OptimiserSettings of) {
    return new OptimiserSettings(
        of.kind(),
        of.beta1(),
        of.beta2(),
        of.beta3(),
        of.eps(),
        of.clipThreshold(),
        of.weightDecay(),
        of.clip(),
        0.98);
  }

  /** The rows of pictures spread over the list, on all backgrounds. */
  private Path subset() throws IOException {
    Path folder = requireNonNull(data.toAbsolutePath().getParent());
    List<String> images = Dataset.read(data).rows().stream().map(Row::image).distinct().toList();
    Set<String> wanted = new HashSet<>();
    for (int i = 0; i < pictures; i++) {
      wanted.add(images.get((int) ((long) i * images.size() / pictures)));
    }
    StringBuilder kept = new StringBuilder();
    for (String line : Files.readAllLines(data)) {
      Map<String, Object> row = Json.object(line.getBytes(StandardCharsets.UTF_8));
      String image = String.valueOf(row.get("image"));
      if (wanted.contains(image)) {
        row.put("image", folder.resolve(image).toString());
        kept.append(new String(Json.write(row), StandardCharsets.UTF_8)).append('\n');
      }
    }
    return Files.writeString(output.resolve("list.jsonl"), kept);
  }

  private static String setting(String name) {
    return requireNonNull(
        System.getProperty("ablation." + name), "say -Dablation." + name + "=...");
  }

  /** Writes every step down. */
  private static final class Log implements Journal {
    private final Path file;
    private @Nullable MetricsLog log;

    Log(Path file) {
      this.file = file;
    }

    @Override
    public void begin(long step, long steps) {
      try {
        log = MetricsLog.resume(file, step == 0 ? -1 : step);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void write(Map<String, Object> figures) {
      try {
        requireNonNull(log).append(figures);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void plot() {}
  }
}
