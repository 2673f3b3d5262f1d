package dev.sanaq.train.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.sanaq.checkpoint.write.GemmaTokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Held to what Hugging Face's tokenizers make of the files. */
class TokenizerTrainerTest {
  private static final List<String> TEXTS =
      List.of(
          "a red apple on a white background",
          "a red heart on a blue background",
          "red apple",
          "a 3d icon of a heart, 33 of them",
          "caf\u00e9 caf\u00e9 \ud83c\udf4e\ud83c\udf4e");

  @TempDir private Path folder = Path.of("");

  @Test
  void frequentWord_isOneTokenWithLeadingSpace() throws IOException {
    assertThat(tokens(TokenizerTrainer.train(TEXTS, 400), "a red heart on a white background"))
        .containsExactly(
            "<bos>",
            "a",
            "\u2581red",
            "\u2581heart",
            "\u2581on",
            "\u2581a",
            "\u2581",
            "<0x77>",
            "h",
            "i",
            "t",
            "e",
            "\u2581background"); // "white" and its w occur once
  }

  /** Merges that SentencePiece would not make: over a space, and with digits. */
  @Test
  void merges_stayWithinWords_digitsStaySingle() throws IOException {
    List<String> texts = Collections.nCopies(50, "on a 33 33 of");
    assertThat(tokens(TokenizerTrainer.train(texts, 400), "on a 33 of"))
        .containsExactly("<bos>", "on", "\u2581a", "\u2581", "3", "3", "\u2581of");
  }

  @Test
  void encodeDecode_roundTrips() throws IOException {
    List<String> texts = new ArrayList<>(TEXTS);
    texts.addAll(
        List.of("", "zebra", "\u017c\u00f3\u0142w\u0000", "  two  spaces ", "\ud83d\ude80 1\n2"));
    try (HuggingFaceTokenizer tokenizer = load(TokenizerTrainer.train(TEXTS, 350))) {
      for (String text : texts) {
        assertThat(tokenizer.decode(tokenizer.encode(text).getIds(), true)).isEqualTo(text);
      }
    }
  }

  @Test
  void unknownCharacter_fallsBackToBytes() throws IOException {
    assertThat(tokens(TokenizerTrainer.train(TEXTS, 400), "\u0142"))
        .containsExactly("<bos>", "<0xC5>", "<0x82>");
  }

  /** So that a list that is shuffled gives the same model. */
  @Test
  void training_isIndependentOfTextOrder() throws IOException {
    List<String> texts = new ArrayList<>(TEXTS);
    Path first = Files.createDirectory(folder.resolve("first"));
    TokenizerTrainer.train(texts, 320).write(first);
    for (int i = 0; i < 5; i++) {
      Collections.shuffle(texts, new Random(i));
      Path other = Files.createDirectory(folder.resolve("other" + i));
      TokenizerTrainer.train(texts, 320).write(other);
      assertThat(other.resolve("tokenizer.json"))
          .hasSameTextualContentAs(first.resolve("tokenizer.json"));
    }
  }

  /** A word of the kind where two orders of merging lead to one token. */
  @Test
  void merge_toExistingToken_continues() throws IOException {
    List<String> texts =
        Stream.of("abc", "abc", "bc", "bc", "bc", "abd", "abd", "ab", "ab", "abcabd").toList();
    GemmaTokenizerFiles tokenizer = TokenizerTrainer.train(texts, 1000);
    for (String text : texts) {
      String joined =
          String.join("", tokens(tokenizer, text).subList(1, tokens(tokenizer, text).size()));
      assertThat(joined).isEqualTo(text);
    }
    assertThat(tokens(tokenizer, "abc")).hasSize(2);
  }

  @Test
  void vocabSize_isRequestedOrAsTextsAllow() {
    assertThat(TokenizerTrainer.train(TEXTS, 300).size()).isEqualTo(300);
    assertThat(TokenizerTrainer.train(TEXTS, 100_000).size()).isBetween(300, 500);
  }

  @Test
  void invalidInput_isRejected() {
    assertThatThrownBy(() -> TokenizerTrainer.train(TEXTS, 260)).hasMessageContaining("260");
    assertThatThrownBy(() -> TokenizerTrainer.train(List.of(""), 300))
        .hasMessageContaining("no text");
  }

  private List<String> tokens(GemmaTokenizerFiles trained, String text) throws IOException {
    try (HuggingFaceTokenizer tokenizer = load(trained)) {
      Encoding encoding = tokenizer.encode(text);
      return List.of(encoding.getTokens());
    }
  }

  private HuggingFaceTokenizer load(GemmaTokenizerFiles trained) throws IOException {
    trained.write(folder);
    return HuggingFaceTokenizer.newInstance(folder.resolve("tokenizer.json"));
  }
}
