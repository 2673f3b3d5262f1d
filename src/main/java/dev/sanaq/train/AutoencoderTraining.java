package dev.sanaq.train;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.write.CheckpointWriter;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.autoencoder.AutoencoderTask;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.MaxCorruptShare;
import dev.sanaq.train.loop.DivergedException;
import dev.sanaq.train.loop.RunDirectory;
import dev.sanaq.train.loop.TrainingLoop;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.loop.TrainingSnapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code train autoencoder}: from images to {@code vae}. */
public final class AutoencoderTraining {
  private AutoencoderTraining() {}

  /**
   * Trains, or goes on, and writes the weights to {@code vae} in the output's folder.
   *
   * @param recipe its {@code autoencoder} part
   * @param data what is learnt
   * @param heldOut what is measured on
   * @param output the run's folder
   * @param resume go on after the last snapshot there
   * @return the folder of the weights
   * @throws DivergedException where the loss is no number any more
   * @throws IllegalArgumentException where the folder holds another run
   */
  public static Path run(
      TrainingConfig recipe,
      Path data,
      Path heldOut,
      Path output,
      boolean resume,
      DevicePlacement placement,
      TrainingProgress progress)
      throws IOException {
    TrainingConfig.AutoencoderPart part = recipe.autoencoder();
    Dataset images =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    Dataset measured =
        Dataset.read(heldOut).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    Map<String, Object> identity =
        Map.of("seed", recipe.seed(), "autoencoder", part, "data", images.fingerprint());
    RunDirectory folder = RunDirectory.open(output, resume, identity, progress);
    try (AutoencoderTask task =
        new AutoencoderTask(part, recipe.seed(), images, measured, placement)) {
      TrainingSnapshots snapshots = new TrainingSnapshots(output);
      new TrainingLoop(task, part.optimizer(), snapshots, part.intervals(), folder).run();
      AutoencoderConfig config = part.checkedConfig().withScalingFactor(task.scalingFactor());
      new CheckpointWriter(output, DType.F32)
          .writeAutoencoder(config, CheckpointExporter.emaWeights(task.program().stateDict(), ""));
      progress.onMessage(
          "measured: %s; scaling factor %.4f".formatted(task.evaluate(), config.scalingFactor()));
    }
    return output.resolve("vae");
  }
}
