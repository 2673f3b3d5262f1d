package dev.sanaq.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.StorageType;
import dev.sanaq.sana.checkpoint.TextEncoderConfig;
import dev.sanaq.sana.checkpoint.TransformerConfig;
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
public record Recipe(
    long seed, StorageType weights, AutoencoderPart autoencoder, TransformerPart transformer) {
  /** The recipe of the checkpoint that ships. */
  public static final String EMOJI = "emoji";

  /**
   * The autoencoder's part.
   *
   * @param config {@code vae/config.json}; its scaling factor is measured anew
   * @param optimiser how weights move
   * @param backgrounds colours behind transparent pictures, as #rrggbb; empty for the rows' own
   * @param namedBackgrounds share of the draws that take one of them; the others take any colour
   * @param every how often things are done
   * @param phases one after another
   */
  public record AutoencoderPart(
      ObjectNode config,
      OptimiserSettings optimiser,
      List<String> backgrounds,
      double namedBackgrounds,
      Every every,
      List<AutoencoderPhase> phases) {
    /** The config, checked. */
    AutoencoderConfig checkedConfig() {
      return AutoencoderConfig.of("autoencoder.config", config);
    }

    Backgrounds drawnBackgrounds() {
      return new Backgrounds(
          backgrounds.stream().map(color -> Integer.decode(color)).toList(), namedBackgrounds);
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
   * @param optimiser how weights move
   * @param every how often things are done
   * @param phases one after another
   */
  public record TransformerPart(
      ObjectNode config,
      ObjectNode textEncoder,
      double flowShift,
      double guidanceScale,
      Objective objective,
      OptimiserSettings optimiser,
      Every every,
      List<TransformerPhase> phases) {
    /** The transformer's config, checked: the checkpoint's where one is the starting point. */
    TransformerConfig transformer(StartingPoint start) {
      if (start instanceof StartingPoint.FineTuning tuning) {
        return tuning.checkpoint().transformer();
      }
      return start instanceof StartingPoint.Adapting adapting
          ? adapting.checkpoint().transformer()
          : TransformerConfig.of("transformer.config", config);
    }

    /** The text encoder's, likewise. */
    TextEncoderConfig textEncoder(StartingPoint start) {
      if (start instanceof StartingPoint.FineTuning tuning) {
        return tuning.checkpoint().textEncoder();
      }
      return start instanceof StartingPoint.Adapting adapting
          ? adapting.checkpoint().textEncoder()
          : TextEncoderConfig.of("transformer.textEncoder", textEncoder);
    }
  }

  /** How many ids the tokenizer may have: rows of the text encoder's table. */
  public int vocabulary() {
    return transformer.textEncoder(new StartingPoint.Fresh()).vocabSize();
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
   * @param measure losses or PSNR on what is held out
   * @param snapshot a state to continue from
   * @param show a sample sheet and the loss plot; a multiple of {@code snapshot}
   */
  public record Every(int measure, int snapshot, int show) {}

  /**
   * Reads a recipe.
   *
   * @param nameOrFile {@link #EMOJI}, or a JSON file
   * @throws IllegalArgumentException where there is none, or it is not as it must be
   */
  public static Recipe read(String nameOrFile) {
    byte[] text = text(nameOrFile);
    try {
      return Json.readStrictly(text, Recipe.class);
    } catch (BadJsonException e) {
      throw new IllegalArgumentException(
          "%s is no recipe: %s".formatted(nameOrFile, e.getMessage()), e);
    }
  }

  private static byte[] text(String nameOrFile) {
    try (InputStream own = named(nameOrFile)) {
      return own == null ? Files.readAllBytes(Path.of(nameOrFile)) : own.readAllBytes();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the recipe " + nameOrFile, e);
    }
  }

  private static @Nullable InputStream named(String name) {
    return name.equals(EMOJI) ? Recipe.class.getResourceAsStream(EMOJI + ".json") : null;
  }
}
