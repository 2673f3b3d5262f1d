package dev.sanaq.cli.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A request's fields as options. Whether they hold is the worker's to say, as for any request. */
final class RequestOptions {
  private final Map<String, Object> fields = new LinkedHashMap<>();

  @Option(names = "--id", description = "The job's id; made where absent.")
  void id(@Nullable String value) {
    put("id", value);
  }

  @Option(names = "--prompt", description = "What the image shows.")
  void prompt(@Nullable String value) {
    put("prompt", value);
  }

  @Option(names = "--negative-prompt", description = "What it does not show.")
  void negativePrompt(@Nullable String value) {
    put("negativePrompt", value);
  }

  @Option(names = "--width", description = "Pixels.")
  void width(@Nullable Integer value) {
    put("width", value);
  }

  @Option(names = "--height", description = "Pixels.")
  void height(@Nullable Integer value) {
    put("height", value);
  }

  @Option(names = "--steps", description = "Denoising steps.")
  void steps(@Nullable Integer value) {
    put("steps", value);
  }

  @Option(names = "--guidance-scale", description = "Classifier-free guidance; none at 1.")
  void guidanceScale(@Nullable Double value) {
    put("guidanceScale", value);
  }

  @Option(names = "--seed", description = "The same seed, the same image.")
  void seed(@Nullable Long value) {
    put("seed", value);
  }

  @Option(names = "--count", description = "Images.")
  void count(@Nullable Integer value) {
    put("count", value);
  }

  @Option(names = "--solver", description = "flow-dpm, flow-euler or scm.")
  void solver(@Nullable String value) {
    put("solver", value);
  }

  @Option(names = "--format", description = "png, jpeg or webp.")
  void format(@Nullable String value) {
    put("format", value);
  }

  @Option(names = "--quality", description = "0 to 100, of jpeg and webp.")
  void quality(@Nullable Integer value) {
    put("quality", value);
  }

  @Option(names = "--no-resolution-binning", description = "Draw exactly this size.")
  void noResolutionBinning(boolean value) {
    if (value) {
      put("resolutionBinning", false);
    }
  }

  /** The contract's fields, those not given left out. */
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
