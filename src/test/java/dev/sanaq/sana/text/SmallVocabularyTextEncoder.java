package dev.sanaq.sana.text;

import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.torch.DevicePlacement;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Loads a text encoder whose vocabulary has only the tokens of some texts. */
public final class SmallVocabularyTextEncoder {
  private SmallVocabularyTextEncoder() {}

  /** Loads one with the tokens of the instruction and of these texts. */
  public static BiFunction<Checkpoint, DevicePlacement, TextEncoder> loader(String... texts) {
    return (checkpoint, placement) -> {
      TextEncoderConfig config = checkpoint.textEncoder();
      long rows;
      try (PromptTokenizer all =
          new PromptTokenizer(checkpoint.tokenizerFile(), config.vocabSize())) {
        rows =
            1
                + Stream.concat(Stream.of(ComplexHumanInstruction.text()), Arrays.stream(texts))
                    .flatMapToLong(text -> Arrays.stream(all.encode(text)))
                    .max()
                    .orElseThrow();
      }
      return new TextEncoder(
          new PromptTokenizer(checkpoint.tokenizerFile(), (int) rows),
          TextEncoder.program(checkpoint, placement),
          config,
          false);
    };
  }
}
