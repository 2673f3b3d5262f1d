package dev.sanaq.sana.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The complex human instruction of the published checkpoints. It precedes the prompt, so that the
 * decoder-only language model attends to visual details (paper, section 2.3). Like the tokenizer it
 * is part of the model: another wording gives other images.
 */
public final class ComplexHumanInstruction {
  private ComplexHumanInstruction() {}

  /** The published text; the prompt follows without a separator. */
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
