package dev.sanaq.cli.kafka;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The fields of a request as options, in the words of {@code generate}'s options. The values are
 * not validated here: the worker does that, as for any request.
 */
final class RequestOptions {
  private final Map<String, Object> fields = new LinkedHashMap<>();

  @Option(names = "--id", paramLabel = "ID", description = "The job's id (default: a random UUID).")
  void id(@Nullable String value) {
    put("id", value);
  }

  @Option(names = "--prompt", paramLabel = "TEXT", description = "Text that describes the image.")
  void prompt(@Nullable String value) {
    put("prompt", value);
  }

  @Option(
      names = "--negative-prompt",
      paramLabel = "TEXT",
      description = "Text that describes what to avoid (default: empty).")
  void negativePrompt(@Nullable String value) {
    put("negativePrompt", value);
  }

  @Option(
      names = "--width",
      paramLabel = "PIXELS",
      description = "Width of the image (default: the model's).")
  void width(@Nullable Integer value) {
    put("width", value);
  }

  @Option(
      names = "--height",
      paramLabel = "PIXELS",
      description = "Height of the image (default: the model's).")
  void height(@Nullable Integer value) {
    put("height", value);
  }

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Denoising steps (default: the model's).")
  void steps(@Nullable Integer value) {
    put("steps", value);
  }

  @Option(
      names = "--guidance-scale",
      paramLabel = "X",
      description = "Classifier-free guidance; off at 1 or less (default: the model's).")
  void guidanceScale(@Nullable Double value) {
    put("guidanceScale", value);
  }

  @Option(
      names = "--guidance-interval",
      paramLabel = "START,STOP",
      split = ",",
      description =
          "The steps with guidance, as fractions of all steps; 0,1 is all (default: the model's).")
  void guidanceInterval(@Nullable List<Double> value) {
    put("guidanceInterval", value);
  }

  @Option(
      names = "--step-cache",
      paramLabel = "NAME",
      description =
          "Compute fewer steps, at some distance to the image: slow, medium, fast, ultra or none"
              + " (default: the model's).")
  void stepCache(@Nullable String value) {
    put("stepCache", value);
  }

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Random seed, 0 to 2^63-1; image i uses seed + i (default: random).")
  void seed(@Nullable Long value) {
    put("seed", value);
  }

  @Option(names = "--num-images", paramLabel = "N", description = "Number of images (default: 1).")
  void numImages(@Nullable Integer value) {
    put("count", value);
  }

  @Option(names = "--count", hidden = true, description = "Alias of --num-images.")
  void count(@Nullable Integer value) {
    put("count", value);
  }

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "Generate N images and keep the best by a CLIP model (default: keep all).")
  void candidates(@Nullable Integer value) {
    put("candidates", value);
  }

  @Option(
      names = "--draft-steps",
      paramLabel = "N",
      description =
          "Denoising steps of a candidate; the best are generated again with all (default: all).")
  void draftSteps(@Nullable Integer value) {
    put("draftSteps", value);
  }

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      description = "flow-dpm, flow-euler or scm (default: the model's).")
  void solver(@Nullable String value) {
    put("solver", value);
  }

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description = "png, jpeg or webp (default: png).")
  void format(@Nullable String value) {
    put("format", value);
  }

  @Option(
      names = "--quality",
      paramLabel = "N",
      description = "Quality of JPEG and WebP, 0 to 100 (default: 90).")
  void quality(@Nullable Integer value) {
    put("quality", value);
  }

  @Option(
      names = "--no-resolution-binning",
      description = "Generate exactly this size, instead of the nearest trained size resized.")
  void noResolutionBinning(boolean value) {
    if (value) {
      put("resolutionBinning", false);
    }
  }

  @Option(
      names = "--previews",
      description = "Show the images so far in progress events, if the workers allow it.")
  void previews(boolean value) {
    if (value) {
      put("previews", true);
    }
  }

  /** The given fields, by their names in a request; options that are absent have none. */
  Map<String, Object> fields() {
    return new LinkedHashMap<>(fields);
  }

  private void put(String field, @Nullable Object value) {
    if (value == null) {
      fields.remove(field);
    } else {
      fields.put(field, value);
    }
  }
}
