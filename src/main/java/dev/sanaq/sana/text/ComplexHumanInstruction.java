package dev.sanaq.sana.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The complex human instruction that the published checkpoints were trained with: it is put before
 * the prompt so that the decoder-only language model attends to what an image needs (paper, section
 * 2.3). Part of the model's interface, like its tokenizer: another wording gives other images.
 */
public final class ComplexHumanInstruction {
  private ComplexHumanInstruction() {}

  /** The published instruction; the prompt follows without a break. */
  public static String text() {
    try (InputStream in =
        ComplexHumanInstruction.class.getResourceAsStream("complex-human-instruction.txt")) {
      if (in == null) {
        throw new IllegalStateException("complex-human-instruction.txt is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
