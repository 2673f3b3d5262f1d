package dev.sanaq.cli.model;

import dev.sanaq.sana.lora.LoraWeight;

/** The option {@code --lora FILE[=SCALE]}. */
public final class LoraOption {
  public static final String NAME = "--lora";
  public static final String LABEL = "FILE[=SCALE]";
  public static final String DESCRIPTION =
      "A LoRA file, or the name of one in the model's adapters folder; SCALE is 1 by default. May be"
          + " repeated.";

  private LoraOption() {}

  /**
   * Parses a value.
   *
   * @throws IllegalArgumentException naming the option and the value
   */
  public static LoraWeight parse(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 0) {
      return new LoraWeight(text, 1);
    }
    double scale;
    try {
      scale = Double.parseDouble(text.substring(equals + 1));
    } catch (NumberFormatException e) {
      throw invalid(text, "must be FILE or FILE=SCALE");
    }
    if (!Float.isFinite((float) scale)) {
      throw invalid(text, "SCALE must be a finite number");
    }
    return new LoraWeight(text.substring(0, equals), scale);
  }

  private static IllegalArgumentException invalid(String text, String reason) {
    return new IllegalArgumentException("%s %s: %s".formatted(NAME, text, reason));
  }
}
