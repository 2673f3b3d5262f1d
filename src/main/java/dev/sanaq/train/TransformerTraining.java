package dev.sanaq.train;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.cache.CacheKey;
import dev.sanaq.train.cache.FeatureCaches;
import dev.sanaq.train.cache.LatentCache;
import dev.sanaq.train.cache.PromptEmbedsCache;
import dev.sanaq.train.config.StartingPoint;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.MaxCorruptShare;
import dev.sanaq.train.loop.DivergedException;
import dev.sanaq.train.loop.RunDirectory;
import dev.sanaq.train.loop.TrainingLoop;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.loop.TrainingSnapshots;
import dev.sanaq.train.transformer.CaptionEncoder;
import dev.sanaq.train.transformer.FrozenCaptions;
import dev.sanaq.train.transformer.PackedCaptions;
import dev.sanaq.train.transformer.TrainableCaptions;
import dev.sanaq.train.transformer.TransformerTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code train transformer}: from captioned images to a checkpoint, or to an adapter for one. */
public final class TransformerTraining {
  private final TrainingConfig recipe;
  private final Path data;
  private final BaseModels models;
  private final Path output;
  private final DevicePlacement placement;
  private final TrainingProgress progress;

  /**
   * A training.
   *
   * @param recipe its {@code transformer} part
   * @param data captioned images
   * @param models what stands around the transformer, and where it begins
   * @param output the run's folder
   */
  public TransformerTraining(
      TrainingConfig recipe,
      Path data,
      BaseModels models,
      Path output,
      DevicePlacement placement,
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
    Dataset rows = Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    RunDirectory folder = RunDirectory.open(output, resume, identity(rows), progress);
    FeatureCaches caches = new FeatureCaches(output.resolve("cache"), placement, progress);
    LatentCache latents = caches.latents(rows, models, imageSize());
    if (models.start() instanceof StartingPoint.FromScratch) {
      int vocabulary = recipe.transformer().textEncoder(models.start()).vocabSize();
      try (PromptTokenizer tokenizer =
          new PromptTokenizer(models.tokenizer().resolve("tokenizer.json"), vocabulary)) {
        return run(folder, rows, latents, new TrainableCaptions(new PackedCaptions(tokenizer)));
      }
    }
    PromptEmbedsCache features = caches.promptEmbeds(rows, checkpoint());
    return run(folder, rows, latents, new FrozenCaptions(features));
  }

  private Checkpoint checkpoint() {
    return models.start() instanceof StartingPoint.FineTune tuning
        ? tuning.checkpoint()
        : ((StartingPoint.Lora) models.start()).checkpoint();
  }

  private Path run(
      RunDirectory folder, Dataset rows, LatentCache latents, CaptionEncoder captions) {
    TrainingConfig.TransformerPart part = recipe.transformer();
    CheckpointExporter parts = new CheckpointExporter(recipe, models, output);
    SampleRenderer samples = new SampleRenderer(rows.samples(), output, recipe.seed());
    TransformerTask[] own = new TransformerTask[1];
    try (TransformerTask task =
        new TransformerTask(
            part,
            recipe.seed(),
            models.start(),
            new TransformerTask.TrainingData(rows.samples(), latents, captions),
            step -> renderSamples(step, samples, parts.export(own[0].program())),
            placement)) {
      own[0] = task;
      new TrainingLoop(
              task, part.optimizer(), new TrainingSnapshots(output), part.intervals(), folder)
          .run();
      return parts.export(task.program());
    }
  }

  /** An adapter alone draws nothing. */
  private void renderSamples(long step, SampleRenderer samples, Path written) {
    if (!(models.start() instanceof StartingPoint.Lora)) {
      samples.render(step, written);
    }
  }

  /** What must be the same when a run goes on. */
  private Map<String, Object> identity(Dataset rows) throws IOException {
    String start =
        models.start() instanceof StartingPoint.FromScratch
            ? "fresh"
            : new CacheKey().withFiles(checkpoint().folder().resolve("transformer")).toHex();
    String adapter =
        models.start() instanceof StartingPoint.Lora adapting
            ? adapting.config().toString()
            : "none";
    return Map.of(
        "seed", recipe.seed(),
        "transformer", recipe.transformer(),
        "latents", FeatureCaches.latentKey(rows, models, imageSize()),
        "start", start,
        "adapter", adapter);
  }

  private int imageSize() {
    return recipe.transformer().transformer(models.start()).sampleSize()
        * models.autoencoderConfig().spatialCompression();
  }
}
