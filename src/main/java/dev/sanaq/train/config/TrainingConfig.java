package dev.sanaq.train.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfigReader;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfigReader;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import dev.sanaq.checkpoint.safetensors.DType;
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
 * What a training is: the networks' configs as published files have them, and how each learns.
 *
 * @param seed of everything random
 * @param weights how the checkpoint stores them: F32 or BF16
 * @param autoencoder the autoencoder's training
 * @param transformer the transformer's and the text encoder's training
 */
public record TrainingConfig(
    long seed, DType weights, AutoencoderPart autoencoder, TransformerPart transformer) {
  /** The recipe of the checkpoint that ships. */
  public static final String EMOJI = "emoji";

  /**
   * The autoencoder's part.
   *
   * @param config {@code vae/config.json}; its scaling factor is measured anew
   * @param optimizer how weights move
   * @param backgrounds colours behind transparent images, as #rrggbb; empty for the rows' own
   * @param paletteProbability share of the draws that take one of them; the others take any colour
   * @param intervals how often things are done
   * @param phases one after another
   */
  public record AutoencoderPart(
      ObjectNode config,
      OptimizerSettings optimizer,
      List<String> backgrounds,
      double paletteProbability,
      Intervals intervals,
      List<AutoencoderPhase> phases) {
    /** The config, checked. */
    public AutoencoderConfig checkedConfig() {
      return AutoencoderConfigReader.of("autoencoder.config", config);
    }

    public Backgrounds backgroundSampler() {
      return new Backgrounds(
          backgrounds.stream().map(color -> Integer.decode(color)).toList(), paletteProbability);
    }
  }

  /**
   * The transformer's part.
   *
   * @param config {@code transformer/config.json}
   * @param textEncoder {@code text_encoder/config.json}
   * @param flowShift what the scheduler samples with
   * @param guidanceScale what the checkpoint is drawn with unless told otherwise
   * @param objective what is learnt
   * @param optimizer how weights move
   * @param intervals how often things are done
   * @param phases one after another
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
    /** The transformer's config, checked: the checkpoint's where one is the starting point. */
    public TransformerConfig transformer(StartingPoint start) {
      if (start instanceof StartingPoint.FineTune tuning) {
        return tuning.checkpoint().transformer();
      }
      return start instanceof StartingPoint.Lora adapting
          ? adapting.checkpoint().transformer()
          : TransformerConfigReader.of("transformer.config", config);
    }

    /** The text encoder's, likewise. */
    public TextEncoderConfig textEncoder(StartingPoint start) {
      if (start instanceof StartingPoint.FineTune tuning) {
        return tuning.checkpoint().textEncoder();
      }
      return start instanceof StartingPoint.Lora adapting
          ? adapting.checkpoint().textEncoder()
          : TextEncoderConfigReader.of("transformer.textEncoder", textEncoder);
    }
  }

  /** How many ids the tokenizer may have: rows of the text encoder's table. */
  public int vocabSize() {
    return transformer.textEncoder(new StartingPoint.FromScratch()).vocabSize();
  }

  /** What the transformer learns to answer. */
  public enum Objective {
    /** noise - latents: flow matching, what the pipelines sample. */
    VELOCITY,
    /** The noise, for comparison: no pipeline samples it. */
    NOISE
  }

  /**
   * How often things are done, in steps.
   *
   * @param evaluate losses or PSNR on what is held out
   * @param snapshot a state to continue from
   * @param renderSamples a sample sheet and the loss plot; a multiple of {@code snapshot}
   */
  public record Intervals(int evaluate, int snapshot, int renderSamples) {}

  /**
   * Reads a recipe.
   *
   * @param nameOrFile {@link #EMOJI}, or a JSON file
   * @throws IllegalArgumentException where there is none, or it is not as it must be
   */
  public static TrainingConfig read(String nameOrFile) {
    byte[] text = readBytes(nameOrFile);
    try {
      return Json.readStrictly(text, TrainingConfig.class);
    } catch (BadJsonException e) {
      throw new IllegalArgumentException(
          "%s is no recipe: %s".formatted(nameOrFile, e.getMessage()), e);
    }
  }

  private static byte[] readBytes(String nameOrFile) {
    try (InputStream own = openBundled(nameOrFile)) {
      return own == null ? Files.readAllBytes(Path.of(nameOrFile)) : own.readAllBytes();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the recipe " + nameOrFile, e);
    }
  }

  private static @Nullable InputStream openBundled(String name) {
    return name.equals(EMOJI) ? TrainingConfig.class.getResourceAsStream(EMOJI + ".json") : null;
  }
}
