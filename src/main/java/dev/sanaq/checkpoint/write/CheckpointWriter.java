package dev.sanaq.checkpoint.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.read.ModelIndex;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.files.AtomicFile;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * Writes a trained checkpoint in the published layout, component by component, for diffusers and
 * {@link Checkpoint}. Replaces existing files. One thread.
 */
public final class CheckpointWriter {
  private static final String TOKENIZER = "tokenizer";
  private static final String CONTROLNETS = "controlnets";

  private final Path folder;
  private final DType dtype;

  /**
   * @param folder of the checkpoint; created if missing
   * @param type of the weights, F32 or BF16
   */
  public CheckpointWriter(Path folder, DType type) {
    this.folder = folder;
    this.dtype = type;
  }

  /** Writes the autoencoder, into {@code vae}. */
  public void writeAutoencoder(AutoencoderConfig config, Map<String, HostTensor> weights)
      throws IOException {
    writeComponent(Component.AUTOENCODER, ConfigWriter.autoencoder(config), weights);
  }

  /** Writes the transformer. */
  public void writeTransformer(TransformerConfig config, Map<String, HostTensor> weights)
      throws IOException {
    writeComponent(Component.TRANSFORMER, ConfigWriter.transformer(config), weights);
  }

  /** Writes a ControlNet, into {@code controlnets/NAME}. */
  public void writeControlNet(
      String name, TransformerConfig config, Map<String, HostTensor> weights) throws IOException {
    writeComponent(
        folder.resolve(CONTROLNETS).resolve(name),
        Component.TRANSFORMER.fileBase(),
        ConfigWriter.controlNet(config),
        weights);
  }

  /** Writes the text encoder. */
  public void writeTextEncoder(TextEncoderConfig config, Map<String, HostTensor> weights)
      throws IOException {
    writeComponent(Component.TEXT_ENCODER, ConfigWriter.textEncoder(config), weights);
  }

  /** Copies the tokenizer's files from a folder. */
  public void copyTokenizer(Path from) throws IOException {
    copy(from, Files.createDirectories(folder.resolve(TOKENIZER)));
  }

  /** Copies another checkpoint, except for one component. */
  public void copyAllExcept(Path checkpoint, String part) throws IOException {
    copy(checkpoint, Files.createDirectories(folder));
    try (var parts = Files.list(checkpoint)) {
      for (Path other : (Iterable<Path>) parts.filter(Files::isDirectory)::iterator) {
        String name = String.valueOf(other.getFileName());
        if (!name.equals(part)) {
          copy(other, Files.createDirectories(folder.resolve(name)));
        }
      }
    }
  }

  /**
   * Writes the scheduler and, last, {@code model_index.json}.
   *
   * @param guidanceScale the default
   */
  public void writeIndex(
      TransformerConfig transformer, SchedulerConfig scheduler, double guidanceScale)
      throws IOException {
    Path part = Files.createDirectories(folder.resolve("scheduler"));
    writeJson(part.resolve("scheduler_config.json"), ConfigWriter.scheduler(scheduler));
    ObjectNode index = ConfigWriter.modelIndex(transformer, scheduler);
    writeJson(folder.resolve(ModelIndex.FILE), index.put(ModelIndex.GUIDANCE_SCALE, guidanceScale));
  }

  private void writeComponent(Component network, ObjectNode config, Map<String, HostTensor> weights)
      throws IOException {
    writeComponent(folder.resolve(network.folder()), network.fileBase(), config, weights);
  }

  private void writeComponent(
      Path part, String stem, ObjectNode config, Map<String, HostTensor> weights)
      throws IOException {
    Files.createDirectories(part);
    writeJson(part.resolve("config.json"), config);
    Path file = part.resolve(stem + ".safetensors");
    Path unfinished = part.resolve("." + stem + ".unfinished");
    Files.deleteIfExists(unfinished);
    SafetensorsWriter.write(unfinished, weights, dtype);
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.list(from)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path name = file.getFileName();
        Files.copy(file, to.resolve(String.valueOf(name)), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void writeJson(Path file, ObjectNode json) throws IOException {
    AtomicFile.write(file, json.toPrettyString() + "\n");
  }
}
