package dev.sanaq.train;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.lora.LoraHeader;
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

/** Exports the averaged weights of a training program in the published layouts. */
record CheckpointExporter(TrainingConfig config, BaseModels models, Path output) {
  /** The name that diffusers looks for. */
  private static final String LORA_FILE = "pytorch_lora_weights.safetensors";

  private static final int NUM_TRAIN_TIMESTEPS = 1000;

  /** Writes a checkpoint or a LoRA file; returns its path. */
  Path export(TrainableProgram program) {
    Map<String, HostTensor> tensors = program.stateDict();
    try {
      if (models.start() instanceof StartingPoint.FromScratch) {
        return exportFromScratch(tensors);
      }
      return models.start() instanceof StartingPoint.FineTune fineTune
          ? exportFineTuned(fineTune, tensors)
          : exportLora(((StartingPoint.Lora) models.start()).config(), tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot export the weights to " + output, e);
    }
  }

  private Path exportFromScratch(Map<String, HostTensor> tensors) throws IOException {
    Path folder = Files.createDirectories(output.resolve("checkpoint"));
    TrainingConfig.TransformerPart part = config.transformer();
    CheckpointWriter writer = new CheckpointWriter(folder, config.weights());
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

  private Path exportFineTuned(StartingPoint.FineTune fineTune, Map<String, HostTensor> tensors)
      throws IOException {
    Path folder = output.resolve("checkpoint");
    CheckpointWriter writer = new CheckpointWriter(folder, config.weights());
    writer.copyAllExcept(fineTune.checkpoint().folder(), "transformer");
    writer.writeTransformer(
        fineTune.checkpoint().transformer(),
        emaWeights(tensors, TransformerTask.TRANSFORMER_PREFIX));
    return folder;
  }

  /** Alpha is in the header alone: diffusers refuses files for Sana with tensors of it. */
  private Path exportLora(LoraConfig lora, Map<String, HostTensor> tensors) throws IOException {
    Map<String, HostTensor> named = new LinkedHashMap<>();
    emaWeights(tensors, TransformerTask.LORA_PREFIX)
        .forEach((name, tensor) -> named.put("transformer." + name, tensor));
    Path file = output.resolve(LORA_FILE);
    Path unfinished = output.resolve("." + LORA_FILE);
    Files.deleteIfExists(unfinished);
    SafetensorsWriter.write(
        unfinished, named, DType.F32, LoraHeader.of(lora.rank(), lora.alpha(), lora.targets()));
    return Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The weights to export: averages of trained weights, and the other weights unchanged.
   *
   * @param prefix selects the weights; removed from their names
   */
  static Map<String, HostTensor> emaWeights(Map<String, HostTensor> tensors, String prefix) {
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    String weightPrefix = "weight." + prefix;
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(weightPrefix)) {
            String exported = name.substring(weightPrefix.length());
            weights.put(exported, tensors.getOrDefault("average." + prefix + exported, tensor));
          }
        });
    return weights;
  }
}
