package dev.sanaq.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.read.ModelIndex;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.tensors.AutoencoderTensors;
import dev.sanaq.checkpoint.tensors.ExpectedTensors;
import dev.sanaq.checkpoint.tensors.TextEncoderTensors;
import dev.sanaq.checkpoint.tensors.TransformerTensors;
import dev.sanaq.checkpoint.write.ConfigWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes complete checkpoints with random weights in the published layout; their images are
 * patterns, unrelated to the prompt.
 */
public final class RandomCheckpoint {
  private RandomCheckpoint() {}

  /**
   * Writes a checkpoint of {@link RandomCheckpointSpec#demo}.
   *
   * @param folder must not exist; missing parents are created
   * @param seed equal seeds give equal bytes
   * @throws UncheckedIOException if it exists or cannot be written; leaves no files
   */
  public static void write(Path folder, long seed) {
    write(folder, RandomCheckpointSpec.demo(), seed);
  }

  /**
   * Writes a checkpoint beside {@code folder}, then moves it there.
   *
   * @param folder must not exist; missing parents are created
   * @param spec configs of the checkpoint
   * @param seed equal seeds give equal bytes
   * @throws IllegalArgumentException if the spec's vocabulary is smaller than the tokenizer's
   * @throws UncheckedIOException if it exists or cannot be written; leaves no files
   */
  public static void write(Path folder, RandomCheckpointSpec spec, long seed) {
    if (spec.textEncoder().vocabSize() < RandomTokenizer.TOKENIZER.size()) {
      throw new IllegalArgumentException(
          "a vocabulary of %s: the tokenizer has %s ids"
              .formatted(spec.textEncoder().vocabSize(), RandomTokenizer.TOKENIZER.size()));
    }
    Path target = folder.toAbsolutePath().normalize();
    Path unfinished = target.resolveSibling("." + target.getFileName() + "-" + UUID.randomUUID());
    try {
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.createDirectories(unfinished);
      writeParts(unfinished, spec, seed);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(unfinished, e);
      throw new UncheckedIOException(e);
    }
  }

  private static void writeParts(Path folder, RandomCheckpointSpec spec, long seed)
      throws IOException {
    json(
        folder.resolve(ModelIndex.FILE),
        ConfigWriter.modelIndex(spec.transformer(), spec.scheduler()));
    network(
        folder,
        Component.TRANSFORMER,
        ConfigWriter.transformer(spec.transformer()),
        TransformerTensors.of(spec.transformer()),
        seed);
    network(
        folder,
        Component.AUTOENCODER,
        ConfigWriter.autoencoder(spec.autoencoder()),
        AutoencoderTensors.of(spec.autoencoder()),
        seed);
    network(
        folder,
        Component.TEXT_ENCODER,
        ConfigWriter.textEncoder(spec.textEncoder()),
        TextEncoderTensors.of(spec.textEncoder()),
        seed);
    RandomTokenizer.TOKENIZER.write(Files.createDirectory(folder.resolve("tokenizer")));
    Path scheduler = Files.createDirectory(folder.resolve("scheduler"));
    json(scheduler.resolve("scheduler_config.json"), ConfigWriter.scheduler(spec.scheduler()));
  }

  private static void network(
      Path folder, Component network, ObjectNode config, ExpectedTensors table, long seed)
      throws IOException {
    Path part = Files.createDirectory(folder.resolve(network.folder()));
    json(part.resolve("config.json"), config);
    RandomWeights weights = new RandomWeights(network, table.shapes(), seed);
    Path file = part.resolve(network.fileBase() + ".safetensors");
    SafetensorsWriter.write(file, table.shapes(), weights::fill);
  }

  private static void json(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, json.toPrettyString() + "\n");
  }

  private static void delete(Path folder, IOException reason) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
