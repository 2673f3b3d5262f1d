package dev.sanaq.train.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfigReader;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfigReader;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.files.FileErrors;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.train.optim.OptimizerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training configuration, read from JSON: the networks' configurations as in published files, and
 * how each network is trained.
 *
 * @param seed seed of every random choice
 * @param weights data type of the stored checkpoint: F32 or BF16
 * @param autoencoder training of the autoencoder
 * @param transformer training of the transformer and the text encoder
 */
public record TrainingConfig(
    long seed, DType weights, AutoencoderPart autoencoder, TransformerPart transformer) {
  /** Name of the bundled configuration, which makes the bundled checkpoint. */
  public static final String EMOJI = "emoji";

  /**
   * How the autoencoder is trained.
   *
   * @param config {@code vae/config.json}; the scaling factor is measured after training
   * @param optimizer optimizer hyperparameters
   * @param backgrounds colours behind transparent images, as #rrggbb; empty for each row's own
   * @param paletteProbability probability of a colour of {@code backgrounds} instead of any colour
   * @param intervals steps between evaluations, snapshots and samples
   * @param phases the phases in order
   */
  public record AutoencoderPart(
      ObjectNode config,
      OptimizerSettings optimizer,
      List<String> backgrounds,
      double paletteProbability,
      Intervals intervals,
      List<AutoencoderPhase> phases) {
    /** The network's configuration, validated. */
    public AutoencoderConfig checkedConfig() {
      return AutoencoderConfigReader.of("autoencoder.config", config);
    }

    /** Samples the background of a training image. */
    public Backgrounds backgroundSampler() {
      return new Backgrounds(
          backgrounds.stream().map(color -> Integer.decode(color)).toList(), paletteProbability);
    }
  }

  /**
   * How the transformer is trained.
   *
   * @param config {@code transformer/config.json}
   * @param textEncoder {@code text_encoder/config.json}
   * @param flowShift flow shift of the checkpoint's scheduler
   * @param guidanceScale default guidance scale of the checkpoint
   * @param objective what the transformer predicts
   * @param optimizer optimizer hyperparameters
   * @param intervals steps between evaluations, snapshots and samples
   * @param phases the phases in order
   */
  public record TransformerPart(
      ObjectNode config,
      ObjectNode textEncoder,
      double flowShift,
      double guidanceScale,
      Objective objective,
      OptimizerSettings optimizer,
      Intervals intervals,
      List<TransformerPhase> phases) {
    /** The transformer's configuration, validated: the checkpoint's if training starts from one. */
    public TransformerConfig transformer(StartingPoint start) {
      return start
          .base()
          .map(Checkpoint::transformer)
          .orElseGet(() -> TransformerConfigReader.of("transformer.config", config));
    }

    /** The text encoder's configuration, validated, likewise. */
    public TextEncoderConfig textEncoder(StartingPoint start) {
      return start
          .base()
          .map(Checkpoint::textEncoder)
          .orElseGet(() -> TextEncoderConfigReader.of("transformer.textEncoder", textEncoder));
    }
  }

  /** Maximum number of ids of the tokenizer: rows of the text encoder's embedding table. */
  public int vocabSize() {
    return transformer.textEncoder(new StartingPoint.FromScratch()).vocabSize();
  }

  /** What the transformer predicts. */
  public enum Objective {
    /** noise - latents: flow matching, as the pipelines expect. */
    VELOCITY,
    /** The noise, for comparison only: no pipeline supports it. */
    NOISE
  }

  /**
   * Numbers of steps between recurring actions.
   *
   * @param evaluate measures the loss or PSNR on evaluation data
   * @param snapshot writes a state to resume from
   * @param renderSamples renders a sample sheet and the loss plot; a multiple of {@code snapshot}
   */
  public record Intervals(int evaluate, int snapshot, int renderSamples) {}

  /**
   * Reads a configuration.
   *
   * @param nameOrFile {@link #EMOJI}, or a JSON file
   * @throws IllegalArgumentException if it does not exist or is invalid
   */
  public static TrainingConfig read(String nameOrFile) {
    byte[] text = readBytes(nameOrFile);
    try {
      return Json.readStrictly(text, TrainingConfig.class);
    } catch (BadJsonException e) {
      throw new IllegalArgumentException(
          "%s is not a training configuration: %s".formatted(nameOrFile, e.getMessage()), e);
    }
  }

  private static byte[] readBytes(String nameOrFile) {
    try (InputStream bundled = openBundled(nameOrFile)) {
      return bundled == null ? Files.readAllBytes(Path.of(nameOrFile)) : bundled.readAllBytes();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the training configuration %s: %s"
              .formatted(nameOrFile, FileErrors.reason(e)),
          e);
    }
  }

  private static @Nullable InputStream openBundled(String name) {
    return name.equals(EMOJI) ? TrainingConfig.class.getResourceAsStream(EMOJI + ".json") : null;
  }
}
