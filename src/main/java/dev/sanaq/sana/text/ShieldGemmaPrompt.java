package dev.sanaq.sana.text;

import dev.sanaq.json.Json;
import dev.sanaq.torch.script.ScriptSource;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The prompt that ShieldGemma was trained on, from {@code shieldgemma.json}: a preamble, the text
 * to be judged, the guideline of a policy, and the question that is answered with Yes or No. As
 * tokens. Any number of threads.
 */
final class ShieldGemmaPrompt {
  /**
   * Of the text that is judged. The text encoder reads {@link TextEncoder#MAX_TOKENS} of them, so
   * whatever comes later changes no image.
   */
  static final int MAX_TOKENS = 1024;

  /** Else a text could close the turn that quotes it, and add instructions of its own. */
  private static final Pattern CONTROL_TOKENS =
      Pattern.compile("<(start_of_turn|end_of_turn|bos|eos|pad|unk|mask)>");

  private final PromptTokenizer tokenizer;
  private final int bos;
  private final int maxTokens;
  private final Map<String, Object> texts =
      Json.readObject(
          ScriptSource.readResource(ShieldGemmaPrompt.class, "shieldgemma.json")
              .getBytes(StandardCharsets.UTF_8));

  /**
   * @param bos the id that the tokenizer puts first
   * @param maxTokens {@link #MAX_TOKENS}
   */
  ShieldGemmaPrompt(PromptTokenizer tokenizer, int bos, int maxTokens) {
    this.tokenizer = tokenizer;
    this.bos = bos;
    this.maxTokens = maxTokens;
  }

  /** The tokens of the prompt that asks whether a text violates a policy. */
  long[] tokens(String text, SafetyPolicy policy) {
    String before = text("before");
    String head = before + CONTROL_TOKENS.matcher(text).replaceAll(" ").strip();
    String tail = text("between") + text(policy.label()) + text("after");
    long[] headTokens = tokenizer.encode(head);
    int limit = tokenizer.encode(before).length + maxTokens;
    if (headTokens.length <= limit) {
      return tokenizer.encode(head + tail);
    }
    long[] tailTokens = withoutBos(tokenizer.encode(tail));
    long[] tokens = Arrays.copyOf(headTokens, limit + tailTokens.length);
    System.arraycopy(tailTokens, 0, tokens, limit, tailTokens.length);
    return tokens;
  }

  /**
   * The token of an answer.
   *
   * @throws IllegalArgumentException if the tokenizer has no such token
   */
  long answer(String word) {
    long[] tokens = withoutBos(tokenizer.encode(word));
    if (tokens.length != 1) {
      throw new IllegalArgumentException(
          "the tokenizer splits \"%s\" into %s tokens, but ShieldGemma answers with one"
              .formatted(word, tokens.length));
    }
    return tokens[0];
  }

  private long[] withoutBos(long[] tokens) {
    return tokens.length > 0 && tokens[0] == bos
        ? Arrays.copyOfRange(tokens, 1, tokens.length)
        : tokens;
  }

  private String text(String name) {
    if (texts.get(name) instanceof String text) {
      return text;
    }
    throw new IllegalStateException("shieldgemma.json has no text " + name);
  }
}
