package dev.sanaq.train.transformer;

import dev.sanaq.sana.text.ComplexHumanInstruction;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.ScriptValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Packs the captions of a batch into one token sequence for the text encoder, with the complex
 * human instruction once in front. Selects the same tokens as the pipeline: the first one, and
 * those from the instruction's last on.
 */
public final class PackedCaptions {
  /** Maximum number of tokens per caption, as in the pipeline. */
  private static final int MAX_TOKENS = 300;

  private final PromptTokenizer tokenizer;
  private final String instruction = ComplexHumanInstruction.text();
  private final long[] instructionIds;
  private final Map<String, long[]> tokenIdCache = new HashMap<>();

  /** Packs with a tokenizer, which this object does not close. */
  public PackedCaptions(PromptTokenizer tokenizer) {
    this.tokenizer = tokenizer;
    long[] ids = tokenizer.encode(instruction);
    // The instruction ends with a space, which becomes part of the first token of the caption.
    this.instructionIds = Arrays.copyOf(ids, ids.length - 1);
  }

  /**
   * A packed batch.
   *
   * @param tokens (4, n): id, position in the text, number of the text, and whether the text
   *     follows the instruction
   * @param gatherIndices (B, L): indices of the selected tokens of each caption
   * @param lengths (B): number of selected tokens of each caption
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Batch(long[] tokens, long[] gatherIndices, long[] lengths) {
    ScriptValue tokenTensor() {
      return ScriptValue.longs(tokens, 4, tokens.length / 4);
    }

    ScriptValue gatherIndexTensor() {
      return ScriptValue.longs(
          gatherIndices, lengths.length, gatherIndices.length / lengths.length);
    }
  }

  /**
   * Packs a batch.
   *
   * @param captions one caption per row, "" if dropped
   * @param instructed which captions follow the instruction; false for ""
   */
  Batch pack(List<String> captions, boolean[] instructed) {
    TokenSequence sequence = new TokenSequence();
    for (int i = 0; i < instructionIds.length; i++) {
      sequence.add(instructionIds[i], i, 0, false);
    }
    List<long[]> selected = new ArrayList<>();
    for (int i = 0; i < captions.size(); i++) {
      selected.add(
          instructed[i]
              ? packWithInstruction(sequence, captions.get(i), i + 1)
              : packWithoutInstruction(sequence, captions.get(i), i + 1));
    }
    int maxTokens = selected.stream().mapToInt(s -> s.length).max().orElseThrow();
    long[] gatherIndices = new long[selected.size() * maxTokens];
    long[] lengths = new long[selected.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = selected.get(i).length;
      System.arraycopy(selected.get(i), 0, gatherIndices, i * maxTokens, selected.get(i).length);
    }
    return new Batch(sequence.tokens(), gatherIndices, lengths);
  }

  private long[] packWithoutInstruction(TokenSequence sequence, String caption, int text) {
    long[] ids = tokenIds(caption, "");
    long[] indices = new long[Math.min(ids.length, MAX_TOKENS)];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = sequence.add(ids[i], i, text, false);
    }
    return indices;
  }

  private long[] packWithInstruction(TokenSequence sequence, String caption, int text) {
    long[] ids = tokenIds(caption, instruction);
    if (Arrays.mismatch(ids, instructionIds) != instructionIds.length) {
      throw new IllegalArgumentException(
          "the tokenizer merges \"%s\" with the instruction before it".formatted(caption));
    }
    int count = Math.min(ids.length - instructionIds.length, MAX_TOKENS - 1);
    long[] indices = new long[1 + count];
    for (int i = 0; i < count; i++) {
      indices[1 + i] =
          sequence.add(ids[instructionIds.length + i], instructionIds.length + i, text, true);
    }
    return indices;
  }

  private long[] tokenIds(String caption, String prefix) {
    String text = prefix + PromptTokenizer.normalise(caption);
    return tokenIdCache.computeIfAbsent(text, tokenizer::encode);
  }

  /** The token sequence under construction. */
  private static final class TokenSequence {
    private final List<long[]> columns = new ArrayList<>();

    long add(long id, long position, long text, boolean instructed) {
      columns.add(new long[] {id, position, text, instructed ? 1 : 0});
      return columns.size() - 1;
    }

    long[] tokens() {
      long[] tokens = new long[4 * columns.size()];
      for (int i = 0; i < columns.size(); i++) {
        for (int k = 0; k < 4; k++) {
          tokens[k * columns.size() + i] = columns.get(i)[k];
        }
      }
      return tokens;
    }
  }
}
