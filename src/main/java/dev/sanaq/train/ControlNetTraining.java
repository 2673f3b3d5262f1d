package dev.sanaq.train;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.write.CheckpointWriter;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.cache.CacheKey;
import dev.sanaq.train.cache.FeatureCaches;
import dev.sanaq.train.config.ControlNetConfig;
import dev.sanaq.train.controlnet.ControlNetTask;
import dev.sanaq.train.controlnet.ControlledData;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.MaxCorruptShare;
import dev.sanaq.train.loop.DivergedException;
import dev.sanaq.train.loop.RunDirectory;
import dev.sanaq.train.loop.TrainingLoop;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.loop.TrainingSnapshots;
import dev.sanaq.train.transformer.FrozenCaptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Trains a ControlNet for a checkpoint and exports it.
 *
 * @param config how
 * @param data captioned images
 * @param checkpoint folder of the checkpoint
 * @param output folder of the run
 */
public record ControlNetTraining(
    ControlNetConfig config,
    Path data,
    Path checkpoint,
    Path output,
    DevicePlacement placement,
    TrainingProgress progress) {

  /**
   * Trains and exports the result.
   *
   * @param resume whether to continue after the last snapshot
   * @return its folder, {@code controlnets/NAME}, named after the preprocessor
   * @throws DivergedException if the loss becomes NaN or infinite
   * @throws dev.sanaq.checkpoint.CheckpointException if the checkpoint's weights hold NaN or
   *     infinity
   * @throws IllegalArgumentException if the folder holds another run, or the checkpoint can have no
   *     ControlNet
   */
  public Path run(boolean resume) throws IOException {
    BaseModels models = BaseModels.fineTune(checkpoint);
    Checkpoint base = models.start().base().orElseThrow();
    ControlNetTask.controlNetConfig(config, base.transformer());
    base.requireFiniteWeights();
    Dataset dataset =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    int side = base.transformer().sampleSize() * base.autoencoder().spatialCompression();
    RunDirectory directory =
        RunDirectory.open(output, resume, identity(dataset, models, base, side), progress);
    FeatureCaches caches = new FeatureCaches(output.resolve("cache"), placement, progress);
    ControlledData controlled = ControlledData.of(dataset, config, models, caches, side);
    FrozenCaptions captions = new FrozenCaptions(caches.promptEmbeds(dataset, base));
    try (ControlNetTask task = new ControlNetTask(config, base, controlled, captions, placement)) {
      new TrainingLoop(
              task,
              config.optimizer(),
              new TrainingSnapshots(output),
              config.intervals(),
              directory)
          .run();
      return export(task);
    }
  }

  private Path export(ControlNetTask task) throws IOException {
    new CheckpointWriter(output, config.weights())
        .writeControlNet(
            config.preprocessor(),
            task.config(),
            CheckpointExporter.emaWeights(
                task.program().stateDict(), ControlNetTask.CONTROLNET_PREFIX));
    return output.resolve("controlnets").resolve(config.preprocessor());
  }

  /** Everything that must be the same in a resumed run. */
  private Map<String, Object> identity(
      Dataset dataset, BaseModels models, Checkpoint base, int side) throws IOException {
    return Map.of(
        "controlNet", config,
        "latents", ControlledData.key(dataset, config, models, side),
        "start", new CacheKey().withFiles(base.folder().resolve("transformer")).toHex());
  }
}
