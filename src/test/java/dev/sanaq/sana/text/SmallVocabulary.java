package dev.sanaq.sana.text;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.TextEncoderConfig;
import dev.sanaq.torch.Placement;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Loads a text encoder that knows the tokens of some texts and refuses others. */
public final class SmallVocabulary {
  private SmallVocabulary() {}

  /** One that encodes the instruction and these texts. */
  public static BiFunction<Checkpoint, Placement, TextEncoder> loader(String... texts) {
    return (checkpoint, placement) -> {
      TextEncoderConfig config = checkpoint.textEncoder();
      long rows;
      try (PromptTokenizer all =
          new PromptTokenizer(checkpoint.tokenizerFile(), config.vocabSize())) {
        rows =
            1
                + Stream.concat(Stream.of(Instruction.text()), Arrays.stream(texts))
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
