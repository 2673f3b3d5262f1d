package dev.sanaq.train.config;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.files.FileErrors;
import dev.sanaq.image.preprocess.ControlPreprocessors;
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
 * How a ControlNet is trained, read from JSON.
 *
 * @param seed seed of every random choice
 * @param weights data type of the stored weights: F32 or BF16
 * @param numLayers number of the transformer's first blocks that the ControlNet copies
 * @param mlpRatio Mix-FFN's expansion in the copies, at most the transformer's: a smaller one
 *     copies the first hidden channels
 * @param preprocessor makes the control images from the images
 * @param views how often each row is in the data: once as it is, and otherwise flipped, shrunk and
 *     moved at random, so that its caption does not say where it is
 * @param minScale the smallest scale of such a view, above 0 to 1
 * @param optimizer optimizer hyperparameters
 * @param intervals steps between evaluations and snapshots
 * @param phases the phases in order; the text encoder's rate is 0
 */
public record ControlNetConfig(
    long seed,
    DType weights,
    int numLayers,
    double mlpRatio,
    String preprocessor,
    int views,
    double minScale,
    OptimizerSettings optimizer,
    TrainingConfig.Intervals intervals,
    List<TransformerPhase> phases) {
  /** Name of the bundled configuration, which makes the ControlNet of the bundled checkpoint. */
  public static final String EMOJI_CANNY = "emoji-canny";

  private static final int MAX_VIEWS = 100;

  public ControlNetConfig {
    phases = List.copyOf(phases);
    if (numLayers < 1) {
      throw new IllegalArgumentException("numLayers %s: must be at least 1".formatted(numLayers));
    }
    if (views < 1 || views > MAX_VIEWS) {
      throw new IllegalArgumentException("views %s: must be 1 to %s".formatted(views, MAX_VIEWS));
    }
    if (!(minScale > 0 && minScale <= 1)) {
      throw new IllegalArgumentException(
          "minScale %s: must be above 0 and at most 1".formatted(minScale));
    }
    ControlPreprocessors.of(preprocessor);
    for (TransformerPhase phase : phases) {
      if (phase.textEncoderRateScale() != 0) {
        throw new IllegalArgumentException(
            "textEncoderRateScale %s of phase %s: must be 0, the text encoder is frozen"
                .formatted(phase.textEncoderRateScale(), phase.name()));
      }
    }
  }

  /**
   * Reads a configuration.
   *
   * @param nameOrFile {@link #EMOJI_CANNY}, or a JSON file
   * @throws IllegalArgumentException if it does not exist or is invalid
   */
  public static ControlNetConfig read(String nameOrFile) {
    byte[] text;
    try (InputStream bundled = openBundled(nameOrFile)) {
      text = bundled == null ? Files.readAllBytes(Path.of(nameOrFile)) : bundled.readAllBytes();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the configuration %s: %s".formatted(nameOrFile, FileErrors.reason(e)), e);
    }
    try {
      return Json.readStrictly(text, ControlNetConfig.class);
    } catch (BadJsonException e) {
      throw new IllegalArgumentException(
          "%s is not a configuration of a ControlNet: %s".formatted(nameOrFile, e.getMessage()), e);
    }
  }

  private static @Nullable InputStream openBundled(String name) {
    return name.equals(EMOJI_CANNY)
        ? ControlNetConfig.class.getResourceAsStream(EMOJI_CANNY + ".json")
        : null;
  }
}
