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

/** Trains a transformer on captioned images and exports a checkpoint or a LoRA adapter. */
public final class TransformerTraining {
  private final TrainingConfig config;
  private final Path data;
  private final BaseModels models;
  private final Path output;
  private final DevicePlacement placement;
  private final TrainingProgress progress;

  /**
   * A training run that has not started.
   *
   * @param config its {@code transformer} part is used
   * @param data captioned images
   * @param models autoencoder, tokenizer and initial weights
   * @param output folder of the run
   */
  public TransformerTraining(
      TrainingConfig config,
      Path data,
      BaseModels models,
      Path output,
      DevicePlacement placement,
      TrainingProgress progress) {
    this.config = config;
    this.data = data;
    this.models = models;
    this.output = output;
    this.placement = placement;
    this.progress = progress;
  }

  /**
   * Trains and exports the result: the folder {@code checkpoint}, or the file {@code
   * pytorch_lora_weights.safetensors}.
   *
   * @param resume whether to continue after the last snapshot
   * @return the folder or file of the result
   * @throws DivergedException if the loss becomes NaN or infinite
   * @throws dev.sanaq.checkpoint.CheckpointException if the weights to start from hold NaN or
   *     infinity
   * @throws IllegalArgumentException if the folder holds another run
   */
  public Path run(boolean resume) throws IOException {
    models.start().base().ifPresent(Checkpoint::requireFiniteWeights);
    Dataset dataset =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    RunDirectory directory = RunDirectory.open(output, resume, identity(dataset), progress);
    FeatureCaches caches = new FeatureCaches(output.resolve("cache"), placement, progress);
    LatentCache latents = caches.latents(dataset, models, imageSize());
    if (models.start() instanceof StartingPoint.FromScratch) {
      int vocabSize = config.transformer().textEncoder(models.start()).vocabSize();
      try (PromptTokenizer tokenizer =
          new PromptTokenizer(models.tokenizer().resolve("tokenizer.json"), vocabSize)) {
        return run(
            directory, dataset, latents, new TrainableCaptions(new PackedCaptions(tokenizer)));
      }
    }
    PromptEmbedsCache promptEmbeds = caches.promptEmbeds(dataset, base());
    return run(directory, dataset, latents, new FrozenCaptions(promptEmbeds));
  }

  private Checkpoint base() {
    return models.start().base().orElseThrow();
  }

  private Path run(
      RunDirectory directory, Dataset dataset, LatentCache latents, CaptionEncoder captions) {
    TrainingConfig.TransformerPart part = config.transformer();
    CheckpointExporter exporter = new CheckpointExporter(config, models, output);
    SampleRenderer samples = new SampleRenderer(dataset.samples(), output, config.seed());
    TransformerTask[] current = new TransformerTask[1]; // the task renders samples of itself
    try (TransformerTask task =
        new TransformerTask(
            part,
            config.seed(),
            models.start(),
            new TransformerTask.TrainingData(dataset.samples(), latents, captions),
            step -> renderSamples(step, samples, exporter.export(current[0].program())),
            placement)) {
      current[0] = task;
      new TrainingLoop(
              task, part.optimizer(), new TrainingSnapshots(output), part.intervals(), directory)
          .run();
      return exporter.export(task.program());
    }
  }

  /** Renders samples, except for an adapter, which is not a checkpoint. */
  private void renderSamples(long step, SampleRenderer samples, Path checkpoint) {
    if (!(models.start() instanceof StartingPoint.Lora)) {
      samples.render(step, checkpoint);
    }
  }

  /** Everything that must be the same in a resumed run. */
  private Map<String, Object> identity(Dataset dataset) throws IOException {
    String start =
        models.start() instanceof StartingPoint.FromScratch
            ? "fresh"
            : new CacheKey().withFiles(base().folder().resolve("transformer")).toHex();
    String adapter =
        models.start() instanceof StartingPoint.Lora lora ? lora.config().toString() : "none";
    return Map.of(
        "seed", config.seed(),
        "transformer", config.transformer(),
        "latents", FeatureCaches.latentKey(dataset, models, imageSize()),
        "start", start,
        "adapter", adapter);
  }

  private int imageSize() {
    return config.transformer().transformer(models.start()).sampleSize()
        * models.autoencoderConfig().spatialCompression();
  }
}
