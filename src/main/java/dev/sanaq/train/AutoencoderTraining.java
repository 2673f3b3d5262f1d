package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.CheckpointWriter;
import dev.sanaq.sana.checkpoint.StorageType;
import dev.sanaq.torch.Placement;
import dev.sanaq.train.data.DamageLimit;
import dev.sanaq.train.data.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code train autoencoder}: from pictures to {@code vae}. */
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
      Recipe recipe,
      Path data,
      Path heldOut,
      Path output,
      boolean resume,
      Placement placement,
      TrainingProgress progress)
      throws IOException {
    Recipe.AutoencoderPart part = recipe.autoencoder();
    Dataset pictures = Dataset.read(data).readable(DamageLimit.DEFAULT, progress::note);
    Dataset measured = Dataset.read(heldOut).readable(DamageLimit.DEFAULT, progress::note);
    Map<String, Object> identity =
        Map.of("seed", recipe.seed(), "autoencoder", part, "data", pictures.fingerprint());
    RunFolder folder = RunFolder.open(output, resume, identity, progress);
    try (AutoencoderTask task =
        new AutoencoderTask(part, recipe.seed(), pictures, measured, placement)) {
      Snapshots snapshots = new Snapshots(output);
      new Run(task, part.optimiser(), snapshots, part.every(), folder).run();
      AutoencoderConfig config = part.checkedConfig().scaledBy(task.scalingFactor());
      new CheckpointWriter(output, StorageType.F32)
          .autoencoder(config, TrainedParts.averages(task.learner().tensors(), ""));
      progress.note(
          "measured: %s; scaling factor %.4f".formatted(task.measure(), config.scalingFactor()));
    }
    return output.resolve("vae");
  }
}
