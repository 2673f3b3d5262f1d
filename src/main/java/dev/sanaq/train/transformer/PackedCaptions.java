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
 * Captions as the text encoder learns them: all of a batch in one row of tokens, the instruction
 * once in front. What is selected of a caption is what the pipeline selects: the first token and
 * those from the instruction's last on.
 */
public final class PackedCaptions {
  /** The most tokens of a caption that count, as when serving. */
  private static final int MAX_TOKENS = 300;

  private final PromptTokenizer tokenizer;
  private final String instruction = ComplexHumanInstruction.text();
  private final long[] instructionIds;
  private final Map<String, long[]> tokenIdCache = new HashMap<>();

  public PackedCaptions(PromptTokenizer tokenizer) {
    this.tokenizer = tokenizer;
    long[] ids = tokenizer.encode(instruction);
    // The instruction ends with a space, which the caption's first word takes to itself.
    this.instructionIds = Arrays.copyOf(ids, ids.length - 1);
  }

  /**
   * A batch.
   *
   * @param tokens (4, n): ids, places in the text, the text's number, whether it goes on from the
   *     instruction
   * @param gatherIndices (B, L) which token is a caption's
   * @param lengths tokens a caption
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
   * Packs.
   *
   * @param captions a text a row, "" for none
   * @param instructed which of them stand behind the instruction; none that is ""
   */
  Batch pack(List<String> captions, boolean[] instructed) {
    TokenSequence row = new TokenSequence();
    for (int i = 0; i < instructionIds.length; i++) {
      row.add(instructionIds[i], i, 0, false);
    }
    List<long[]> selected = new ArrayList<>();
    for (int i = 0; i < captions.size(); i++) {
      selected.add(
          instructed[i]
              ? packWithInstruction(row, captions.get(i), i + 1)
              : packWithoutInstruction(row, captions.get(i), i + 1));
    }
    int longest = selected.stream().mapToInt(s -> s.length).max().orElseThrow();
    long[] places = new long[selected.size() * longest];
    long[] lengths = new long[selected.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = selected.get(i).length;
      System.arraycopy(selected.get(i), 0, places, i * longest, selected.get(i).length);
    }
    return new Batch(row.tokens(), places, lengths);
  }

  private long[] packWithoutInstruction(TokenSequence row, String caption, int text) {
    long[] ids = tokenIds(caption, "");
    long[] at = new long[Math.min(ids.length, MAX_TOKENS)];
    for (int i = 0; i < at.length; i++) {
      at[i] = row.add(ids[i], i, text, false);
    }
    return at;
  }

  private long[] packWithInstruction(TokenSequence row, String caption, int text) {
    long[] ids = tokenIds(caption, instruction);
    if (Arrays.mismatch(ids, instructionIds) != instructionIds.length) {
      throw new IllegalArgumentException(
          "the tokenizer joins \"%s\" with the instruction before it".formatted(caption));
    }
    int own = Math.min(ids.length - instructionIds.length, MAX_TOKENS - 1);
    long[] at = new long[1 + own];
    at[0] = 0;
    for (int i = 0; i < own; i++) {
      at[1 + i] = row.add(ids[instructionIds.length + i], instructionIds.length + i, text, true);
    }
    return at;
  }

  private long[] tokenIds(String caption, String before) {
    String text = before + PromptTokenizer.normalise(caption);
    return tokenIdCache.computeIfAbsent(text, tokenizer::encode);
  }

  /** The growing row of tokens. */
  private static final class TokenSequence {
    private final List<long[]> columns = new ArrayList<>();

    long add(long id, long place, long text, boolean instructed) {
      columns.add(new long[] {id, place, text, instructed ? 1 : 0});
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
