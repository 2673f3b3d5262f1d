package dev.sanaq.train;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.read.ComponentFolder;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.write.CheckpointWriter;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.config.LoraConfig;
import dev.sanaq.train.config.StartingPoint;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.optim.TrainableProgram;
import dev.sanaq.train.transformer.TransformerTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes what a learner has learnt, its averages, as others read it. */
record CheckpointExporter(TrainingConfig recipe, BaseModels models, Path output) {
  /** The name that diffusers looks for. */
  private static final String LORA_FILE = "pytorch_lora_weights.safetensors";

  private static final int NUM_TRAIN_TIMESTEPS = 1000;

  /** The checkpoint's folder, or the adapter's file. */
  Path export(TrainableProgram learner) {
    Map<String, HostTensor> tensors = learner.stateDict();
    try {
      if (models.start() instanceof StartingPoint.FromScratch) {
        return exportFromScratch(tensors);
      }
      return models.start() instanceof StartingPoint.FineTune tuning
          ? exportFineTuned(tuning, tensors)
          : exportLora(((StartingPoint.Lora) models.start()).config(), tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write what was learnt in " + output, e);
    }
  }

  private Path exportFromScratch(Map<String, HostTensor> tensors) throws IOException {
    Path folder = Files.createDirectories(output.resolve("checkpoint"));
    TrainingConfig.TransformerPart part = recipe.transformer();
    CheckpointWriter writer = new CheckpointWriter(folder, recipe.weights());
    writer.writeTransformer(
        part.transformer(models.start()), emaWeights(tensors, TransformerTask.TRANSFORMER_PREFIX));
    writer.writeTextEncoder(
        part.textEncoder(models.start()), emaWeights(tensors, TransformerTask.TEXT_ENCODER_PREFIX));
    ComponentFolder<AutoencoderConfig> vae = ComponentFolder.openAutoencoder(models.autoencoder());
    writer.writeAutoencoder(vae.config(), vae.tensors().read());
    writer.copyTokenizer(models.tokenizer());
    writer.writeIndex(
        part.transformer(models.start()),
        new SchedulerConfig.DpmSolver(NUM_TRAIN_TIMESTEPS, part.flowShift(), 2, true, false),
        part.guidanceScale());
    return folder;
  }

  private Path exportFineTuned(StartingPoint.FineTune tuning, Map<String, HostTensor> tensors)
      throws IOException {
    Path folder = output.resolve("checkpoint");
    CheckpointWriter writer = new CheckpointWriter(folder, recipe.weights());
    writer.copyAllExcept(tuning.checkpoint().folder(), "transformer");
    writer.writeTransformer(
        tuning.checkpoint().transformer(), emaWeights(tensors, TransformerTask.TRANSFORMER_PREFIX));
    return folder;
  }

  /** In the published format, whose alpha is the rank: the scale is multiplied into B. */
  private Path exportLora(LoraConfig settings, Map<String, HostTensor> tensors) throws IOException {
    Map<String, HostTensor> named = new LinkedHashMap<>();
    emaWeights(tensors, TransformerTask.LORA_PREFIX)
        .forEach(
            (name, tensor) ->
                named.put(
                    "transformer." + name,
                    name.contains("lora_B") ? scale(tensor, settings.scale()) : tensor));
    Path file = output.resolve(LORA_FILE);
    Path unfinished = output.resolve("." + LORA_FILE);
    Files.deleteIfExists(unfinished);
    SafetensorsWriter.write(unfinished, named, DType.F32);
    return Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static HostTensor scale(HostTensor tensor, double factor) {
    float[] numbers = tensor.values().clone();
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
  static Map<String, HostTensor> emaWeights(Map<String, HostTensor> tensors, String prefix) {
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
