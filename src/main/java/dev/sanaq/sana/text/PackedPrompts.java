package dev.sanaq.sana.text;

import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.List;

/**
 * Several token sequences as one, for {@code encode_packed} of the network: their common beginning
 * once, as text 0, then the rest of each.
 *
 * @param ids of all tokens
 * @param positions of each token in its own sequence
 * @param texts the number of each token's text
 * @param afterPrefix 1 for the tokens that follow text 0
 * @param last where the last token of each sequence is
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; shared read-only
record PackedPrompts(long[] ids, long[] positions, long[] texts, long[] afterPrefix, long[] last) {
  /** Packs sequences, each with a token at least. */
  static PackedPrompts of(List<long[]> prompts) {
    int common = commonLength(prompts);
    int total = common + prompts.stream().mapToInt(prompt -> prompt.length - common).sum();
    PackedPrompts packed =
        new PackedPrompts(
            new long[total],
            new long[total],
            new long[total],
            new long[total],
            new long[prompts.size()]);
    for (int i = 0; i < common; i++) {
      packed.set(i, prompts.get(0)[i], i, 0);
    }
    int at = common;
    for (int text = 0; text < prompts.size(); text++) {
      long[] prompt = prompts.get(text);
      for (int i = common; i < prompt.length; i++) {
        packed.set(at++, prompt[i], i, text + 1);
      }
      packed.last[text] = at - 1;
    }
    return packed;
  }

  /** The length of the common beginning; every sequence has a token after it. */
  private static int commonLength(List<long[]> prompts) {
    long[] first = prompts.get(0);
    int common = first.length - 1;
    for (long[] prompt : prompts) {
      int mismatch = Arrays.mismatch(first, prompt);
      common = Math.min(common, mismatch < 0 ? common : mismatch);
      common = Math.min(common, prompt.length - 1);
    }
    return common;
  }

  private void set(int at, long id, int position, int text) {
    ids[at] = id;
    positions[at] = position;
    texts[at] = text;
    afterPrefix[at] = text == 0 ? 0 : 1;
  }

  /**
   * The probability of the first answer against the second after each sequence.
   *
   * @param answers two token ids
   * @param cap soft cap of the logits, 0 for none
   */
  float[] answerProbability(ScriptProgram program, long[] answers, double cap) {
    try (ScriptValue tokens = ScriptValue.longs(ids, ids.length);
        ScriptValue places = ScriptValue.longs(positions, ids.length);
        ScriptValue numbers = ScriptValue.longs(texts, ids.length);
        ScriptValue after = ScriptValue.longs(afterPrefix, ids.length);
        ScriptValue ends = ScriptValue.longs(last, last.length);
        ScriptValue two = ScriptValue.longs(answers, answers.length);
        ScriptValue limit = ScriptValue.of(cap);
        ScriptValue result =
            program.call("answer_probability", tokens, places, numbers, after, ends, two, limit)) {
      return result.toFloats();
    }
  }
}
