package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.CheckpointWriter;
import dev.sanaq.sana.checkpoint.NetworkFolder;
import dev.sanaq.sana.checkpoint.SafetensorsWriter;
import dev.sanaq.sana.checkpoint.SchedulerConfig;
import dev.sanaq.sana.checkpoint.StorageType;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes what a learner has learnt, its averages, as others read it. */
record TrainedParts(Recipe recipe, Models models, Path output) {
  /** The name that diffusers looks for. */
  private static final String ADAPTER_FILE = "pytorch_lora_weights.safetensors";

  private static final int TIMESTEPS = 1000;

  /** The checkpoint's folder, or the adapter's file. */
  Path write(Learner learner) {
    Map<String, HostTensor> tensors = learner.tensors();
    try {
      if (models.start() instanceof StartingPoint.Fresh) {
        return fresh(tensors);
      }
      return models.start() instanceof StartingPoint.FineTuning tuning
          ? tuned(tuning, tensors)
          : adapter(((StartingPoint.Adapting) models.start()).adapter(), tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write what was learnt in " + output, e);
    }
  }

  private Path fresh(Map<String, HostTensor> tensors) throws IOException {
    Path folder = Files.createDirectories(output.resolve("checkpoint"));
    Recipe.TransformerPart part = recipe.transformer();
    CheckpointWriter writer = new CheckpointWriter(folder, recipe.weights());
    writer.transformer(
        part.transformer(models.start()), averages(tensors, TransformerTask.TRANSFORMER));
    writer.textEncoder(
        part.textEncoder(models.start()), averages(tensors, TransformerTask.TEXT_ENCODER));
    NetworkFolder<AutoencoderConfig> vae = NetworkFolder.autoencoder(models.autoencoder());
    writer.autoencoder(vae.config(), vae.tensors().read());
    writer.tokenizer(models.tokenizer());
    writer.index(
        part.transformer(models.start()),
        new SchedulerConfig.DpmSolver(TIMESTEPS, part.flowShift(), 2, true, false),
        part.guidanceScale());
    return folder;
  }

  private Path tuned(StartingPoint.FineTuning tuning, Map<String, HostTensor> tensors)
      throws IOException {
    Path folder = output.resolve("checkpoint");
    CheckpointWriter writer = new CheckpointWriter(folder, recipe.weights());
    writer.copyAllBut(tuning.checkpoint().folder(), "transformer");
    writer.transformer(
        tuning.checkpoint().transformer(), averages(tensors, TransformerTask.TRANSFORMER));
    return folder;
  }

  /** In the published format, whose alpha is the rank: the scale is multiplied into B. */
  private Path adapter(AdapterSettings settings, Map<String, HostTensor> tensors)
      throws IOException {
    Map<String, HostTensor> named = new LinkedHashMap<>();
    averages(tensors, TransformerTask.ADAPTER)
        .forEach(
            (name, tensor) ->
                named.put(
                    "transformer." + name,
                    name.contains("lora_B") ? times(tensor, settings.scale()) : tensor));
    Path file = output.resolve(ADAPTER_FILE);
    Path unfinished = output.resolve("." + ADAPTER_FILE);
    Files.deleteIfExists(unfinished);
    SafetensorsWriter.write(unfinished, named, StorageType.F32);
    return Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static HostTensor times(HostTensor tensor, double factor) {
    float[] numbers = tensor.numbers().clone();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= (float) factor;
    }
    return new HostTensor(tensor.shape(), numbers);
  }

  /**
   * The weights to keep: the averages of those that learn, and the others as they are.
   *
   * @param prefix of the names wanted, which they lose
   */
  static Map<String, HostTensor> averages(Map<String, HostTensor> tensors, String prefix) {
    Map<String, HostTensor> found = new LinkedHashMap<>();
    String weight = "weight." + prefix;
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(weight)) {
            String own = name.substring(weight.length());
            found.put(own, tensors.getOrDefault("average." + prefix + own, tensor));
          }
        });
    return found;
  }
}
