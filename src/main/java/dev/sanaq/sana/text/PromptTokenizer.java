package dev.sanaq.sana.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * From a prompt to token ids, as the reference pipeline prepares them. Safe for several threads.
 */
public final class PromptTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final int vocabSize;

  /**
   * Reads {@code tokenizer.json}.
   *
   * @param vocabulary ids must be below it: the embedding table's rows
   */
  public PromptTokenizer(Path file, int vocabulary) {
    this.vocabSize = vocabulary;
    try {
      // What the file says of padding and truncation is the pipeline's business, not its own.
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
          "%s is no tokenizer.json that the tokenizers library reads: %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /**
   * The ids of a text, {@code <bos>} first.
   *
   * @throws IllegalArgumentException where the tokenizer gives an id that the model has no row for
   */
  public long[] encode(String text) {
    long[] ids = tokenizer.encode(text).getIds();
    for (long id : ids) {
      if (id < 0 || id >= vocabSize) {
        throw new IllegalArgumentException(
            "the tokenizer gives id %d, but the text encoder's vocabulary has %d rows"
                .formatted(id, vocabSize));
      }
    }
    return ids;
  }

  /** The ids of a text, at most {@code length} of them. */
  long[] encode(String text, int length) {
    long[] ids = encode(text);
    return ids.length > length ? Arrays.copyOf(ids, length) : ids;
  }

  /** Lower case, and stripped of what Python calls white space. */
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
