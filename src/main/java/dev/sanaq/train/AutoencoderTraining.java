package dev.sanaq.train;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.write.CheckpointWriter;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.autoencoder.AutoencoderTask;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.DatasetFingerprint;
import dev.sanaq.train.data.MaxCorruptShare;
import dev.sanaq.train.loop.DivergedException;
import dev.sanaq.train.loop.RunDirectory;
import dev.sanaq.train.loop.TrainingLoop;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.loop.TrainingSnapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Trains an autoencoder on images and exports it. */
public final class AutoencoderTraining {
  private AutoencoderTraining() {}

  /**
   * Trains and exports the result to {@code vae} in the folder of the run.
   *
   * @param config its {@code autoencoder} part is used
   * @param data training images
   * @param evalData held-out images for evaluation
   * @param output folder of the run
   * @param resume whether to continue after the last snapshot
   * @return the folder of the weights
   * @throws DivergedException if the loss becomes NaN or infinite
   * @throws IllegalArgumentException if the folder holds another run
   */
  public static Path run(
      TrainingConfig config,
      Path data,
      Path evalData,
      Path output,
      boolean resume,
      DevicePlacement placement,
      TrainingProgress progress)
      throws IOException {
    TrainingConfig.AutoencoderPart part = config.autoencoder();
    Dataset trainingImages =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    Dataset evalImages =
        Dataset.read(evalData).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    Map<String, Object> identity =
        Map.of(
            "seed",
            config.seed(),
            "autoencoder",
            part,
            "data",
            DatasetFingerprint.of(trainingImages));
    RunDirectory directory = RunDirectory.open(output, resume, identity, progress);
    try (AutoencoderTask task =
        new AutoencoderTask(part, config.seed(), trainingImages, evalImages, placement)) {
      TrainingSnapshots snapshots = new TrainingSnapshots(output);
      new TrainingLoop(task, part.optimizer(), snapshots, part.intervals(), directory).run();
      AutoencoderConfig scaled = part.checkedConfig().withScalingFactor(task.scalingFactor());
      new CheckpointWriter(output, DType.F32)
          .writeAutoencoder(scaled, CheckpointExporter.emaWeights(task.program().stateDict(), ""));
      progress.onMessage(
          String.format(
              Locale.ROOT,
              "evaluation: %s; scaling factor %.4f",
              task.evaluate(),
              scaled.scalingFactor()));
    }
    return output.resolve("vae");
  }
}
