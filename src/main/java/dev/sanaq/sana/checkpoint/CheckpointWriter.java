package dev.sanaq.sana.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * Writes what was learnt in the published layout, part by part; diffusers reads it, and so does
 * {@link Checkpoint}. Files that are there are replaced.
 */
public final class CheckpointWriter {
  private static final String TOKENIZER = "tokenizer";

  private final Path folder;
  private final StorageType type;

  /**
   * A writer.
   *
   * @param folder the checkpoint's; made where it is missing
   * @param type of the weights, F32 or BF16
   */
  public CheckpointWriter(Path folder, StorageType type) {
    this.folder = folder;
    this.type = type;
  }

  /** Writes the autoencoder: {@code vae}. */
  public void autoencoder(AutoencoderConfig config, Map<String, HostTensor> weights)
      throws IOException {
    network(Network.AUTOENCODER, ConfigWriter.autoencoder(config), weights);
  }

  /** Writes the transformer. */
  public void transformer(TransformerConfig config, Map<String, HostTensor> weights)
      throws IOException {
    network(Network.TRANSFORMER, ConfigWriter.transformer(config), weights);
  }

  /** Writes the text encoder. */
  public void textEncoder(TextEncoderConfig config, Map<String, HostTensor> weights)
      throws IOException {
    network(Network.TEXT_ENCODER, ConfigWriter.textEncoder(config), weights);
  }

  /** Copies a folder's {@code *.json}: the tokenizer. */
  public void tokenizer(Path from) throws IOException {
    copy(from, Files.createDirectories(folder.resolve(TOKENIZER)));
  }

  /** Copies another checkpoint's parts and index, all but one part. */
  public void copyAllBut(Path checkpoint, String part) throws IOException {
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
   * @param guidanceScale what it draws best with
   */
  public void index(TransformerConfig transformer, SchedulerConfig scheduler, double guidanceScale)
      throws IOException {
    Path part = Files.createDirectories(folder.resolve("scheduler"));
    json(part.resolve("scheduler_config.json"), ConfigWriter.scheduler(scheduler));
    ObjectNode index = ConfigWriter.modelIndex(transformer, scheduler);
    json(folder.resolve(ModelIndex.FILE), index.put(ModelIndex.GUIDANCE_SCALE, guidanceScale));
  }

  private void network(Network network, ObjectNode config, Map<String, HostTensor> weights)
      throws IOException {
    Path part = Files.createDirectories(folder.resolve(network.folder()));
    json(part.resolve("config.json"), config);
    Path file = part.resolve(network.fileBase() + ".safetensors");
    Path unfinished = part.resolve("." + network.fileBase() + ".unfinished");
    Files.deleteIfExists(unfinished);
    SafetensorsWriter.write(unfinished, weights, type);
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

  private static void json(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, json.toPrettyString() + "\n");
  }
}
