package dev.sanaq.sana.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.sanaq.torch.DjlProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Converts prompts to token ids as the reference pipeline does. Safe for several threads. */
public final class PromptTokenizer implements AutoCloseable {
  static {
    DjlProperties.apply();
  }

  private final HuggingFaceTokenizer tokenizer;
  private final int vocabSize;

  /**
   * Reads {@code tokenizer.json}.
   *
   * @param vocabSize rows of the embedding table; every id must be below
   */
  public PromptTokenizer(Path file, int vocabSize) {
    this.vocabSize = vocabSize;
    try {
      // The pipeline pads and truncates; the file's own settings are ignored.
      this.tokenizer =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(file)
              .optAddSpecialTokens(true)
              .optPadding(false)
              .optTruncation(false)
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "cannot read %s as tokenizer.json: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The token ids of a text, {@code <bos>} first.
   *
   * @throws IllegalArgumentException if an id is outside the vocabulary
   */
  public long[] encode(String text) {
    long[] ids = tokenizer.encode(text).getIds();
    for (long id : ids) {
      if (id < 0 || id >= vocabSize) {
        throw new IllegalArgumentException(
            "the tokenizer gives id %s, but the text encoder's vocabulary has %s rows"
                .formatted(id, vocabSize));
      }
    }
    return ids;
  }

  /** The first {@code length} token ids of a text. */
  long[] encode(String text, int length) {
    long[] ids = encode(text);
    return ids.length > length ? Arrays.copyOf(ids, length) : ids;
  }

  /** Lower case, without leading and trailing white space as Python's {@code strip} defines it. */
  public static String normalise(String prompt) {
    String lower = prompt.toLowerCase(Locale.ROOT);
    int start = 0;
    int end = lower.length();
    while (start < end && isSpace(lower.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(lower.charAt(end - 1))) {
      end--;
    }
    return lower.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
