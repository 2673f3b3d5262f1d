package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.Placement;
import dev.sanaq.train.data.DamageLimit;
import dev.sanaq.train.data.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code train transformer}: from captioned pictures to a checkpoint, or to an adapter for one. */
public final class TransformerTraining {
  private final Recipe recipe;
  private final Path data;
  private final Models models;
  private final Path output;
  private final Placement placement;
  private final TrainingProgress progress;

  /**
   * A training.
   *
   * @param recipe its {@code transformer} part
   * @param data captioned pictures
   * @param models what stands around the transformer, and where it begins
   * @param output the run's folder
   */
  public TransformerTraining(
      Recipe recipe,
      Path data,
      Models models,
      Path output,
      Placement placement,
      TrainingProgress progress) {
    this.recipe = recipe;
    this.data = data;
    this.models = models;
    this.output = output;
    this.placement = placement;
    this.progress = progress;
  }

  /**
   * Trains, or goes on, and writes what was learnt: {@code checkpoint} in the output's folder, or
   * {@code pytorch_lora_weights.safetensors}.
   *
   * @param resume go on after the last snapshot there
   * @return the folder or file that was written
   * @throws DivergedException where the loss is no number any more
   * @throws IllegalArgumentException where the folder holds another run
   */
  public Path run(boolean resume) throws IOException {
    Dataset rows = Dataset.read(data).readable(DamageLimit.DEFAULT, progress::note);
    RunFolder folder = RunFolder.open(output, resume, identity(rows), progress);
    Caches caches = new Caches(output.resolve("cache"), placement, progress);
    LatentStore latents = caches.latents(rows, models, side());
    if (models.start() instanceof StartingPoint.Fresh) {
      int vocabulary = recipe.transformer().textEncoder(models.start()).vocabSize();
      try (PromptTokenizer tokenizer =
          new PromptTokenizer(models.tokenizer().resolve("tokenizer.json"), vocabulary)) {
        return run(folder, rows, latents, new LearntCaptions(new PackedCaptions(tokenizer)));
      }
    }
    TextFeatures features = caches.features(rows, checkpoint());
    return run(folder, rows, latents, new FrozenCaptions(features));
  }

  private Checkpoint checkpoint() {
    return models.start() instanceof StartingPoint.FineTuning tuning
        ? tuning.checkpoint()
        : ((StartingPoint.Adapting) models.start()).checkpoint();
  }

  private Path run(RunFolder folder, Dataset rows, LatentStore latents, CaptionSource captions) {
    Recipe.TransformerPart part = recipe.transformer();
    TrainedParts parts = new TrainedParts(recipe, models, output);
    Samples samples = new Samples(rows.rows(), output, recipe.seed());
    TransformerTask[] own = new TransformerTask[1];
    try (TransformerTask task =
        new TransformerTask(
            part,
            recipe.seed(),
            models.start(),
            new TransformerTask.Lessons(rows.rows(), latents, captions),
            step -> show(step, samples, parts.write(own[0].learner())),
            placement)) {
      own[0] = task;
      new Run(task, part.optimiser(), new Snapshots(output), part.every(), folder).run();
      return parts.write(task.learner());
    }
  }

  /** An adapter alone draws nothing. */
  private void show(long step, Samples samples, Path written) {
    if (!(models.start() instanceof StartingPoint.Adapting)) {
      samples.draw(step, written);
    }
  }

  /** What must be the same when a run goes on. */
  private Map<String, Object> identity(Dataset rows) throws IOException {
    String start =
        models.start() instanceof StartingPoint.Fresh
            ? "fresh"
            : new CacheKey().withFiles(checkpoint().folder().resolve("transformer")).text();
    String adapter =
        models.start() instanceof StartingPoint.Adapting adapting
            ? adapting.adapter().toString()
            : "none";
    return Map.of(
        "seed", recipe.seed(),
        "transformer", recipe.transformer(),
        "latents", Caches.latentKey(rows, models, side()),
        "start", start,
        "adapter", adapter);
  }

  private int side() {
    return recipe.transformer().transformer(models.start()).sampleSize()
        * models.autoencoderConfig().spatialCompression();
  }
}
