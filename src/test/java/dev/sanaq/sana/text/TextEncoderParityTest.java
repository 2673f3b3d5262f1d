package dev.sanaq.sana.text;

import static dev.sanaq.testing.Fixtures.tensor;
import static dev.sanaq.testing.NumericAssertions.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens, hidden states and prompt embeddings equal the reference. */
class TextEncoderParityTest {
  private static final double BOUND = 2e-5;

  @ParameterizedTest
  @CsvSource({
    "tiny-sana, PACKED",
    "tiny-sana, PLAIN",
    "tiny-sana-1.5, PACKED",
    "tiny-sana-1.5, PLAIN",
    "other-sizes, PACKED",
    "other-sizes, PLAIN"
  })
  void encode_tokensHiddenStatesAndEmbeds_equalReference(String model, Kernels kernels) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/text.safetensors");
    JsonNode cases = Fixtures.json(model + "/text.json").get("cases");
    try (TextEncoder encoder = load(model, kernels)) {
      for (int i = 0; i < cases.size(); i++) {
        JsonNode c = cases.get(i);
        long[] ids = valid(answers, i + ".input_ids", i + ".attention_mask");
        String text = PromptTokenizer.normalise(c.get("prompt").textValue());
        boolean instructed = c.get("instruction").booleanValue();
        assertThat(
                encoder
                    .tokenizer()
                    .encode((instructed ? ComplexHumanInstruction.text() : "") + text, ids.length))
            .as("tokens of case %s", i)
            .isEqualTo(ids);
        float[] states = tensor(answers, i + ".last_hidden_state").floats();
        assertClose("hidden state " + i, encoder.lastHiddenState(ids), states, BOUND);
        PromptEmbeds embeds = encoder.encode(text, instructed, c.get("max_length").intValue());
        assertClose("selection " + i, embeds.embeddings(), selected(answers, i), BOUND);
      }
    }
  }

  @Test
  void encode_repeatedPrompt_isCached() {
    try (TextEncoder encoder = load("tiny-sana", Kernels.PACKED)) {
      PromptEmbeds first = encoder.encode("A red circle", true);
      assertThat(encoder.encode("  a RED circle ", true)).isSameAs(first);
      assertThat(encoder.encode("a red circle", false)).isNotSameAs(first);
      for (int i = 0; i < 200; i++) {
        encoder.encode("filler " + i, false);
      }
      assertThat(encoder.encode("A red circle", true))
          .as("the cache is bounded")
          .isNotSameAs(first);
    }
  }

  @Test
  void encode_longPrompt_truncatedAsReference() {
    try (TextEncoder encoder = load("tiny-sana", Kernels.PACKED)) {
      String prompt = "fox ".repeat(1000);
      assertThat(encoder.tokenizer().encode(prompt)).hasSizeGreaterThan(1000);
      assertThat(encoder.encode(prompt, false).tokens()).isEqualTo(300);
      assertThat(encoder.encode(prompt, true).tokens()).isEqualTo(300);
    }
  }

  @Test
  void normalise_whitespace_strippedAsPython() {
    assertThat(PromptTokenizer.normalise("\u00a0\u3000\u0085 \u001fFox\u2007\u2028\n"))
        .isEqualTo("fox");
    assertThat(PromptTokenizer.normalise("\u200bFox")).as("no white space there").hasSize(4);
  }

  /** The reference's prompt embeddings, without padding. */
  private static float[] selected(Map<String, Tensor> answers, int i) {
    Tensor embeddings = tensor(answers, i + ".prompt_embeds");
    long[] mask = tensor(answers, i + ".prompt_attention_mask").longs();
    int width = (int) embeddings.shape()[1];
    float[] all = embeddings.floats();
    float[] kept = new float[(int) Arrays.stream(mask).sum() * width];
    int at = 0;
    for (int token = 0; token < mask.length; token++) {
      if (mask[token] == 1) {
        System.arraycopy(all, token * width, kept, at, width);
        at += width;
      }
    }
    return kept;
  }

  private static long[] valid(Map<String, Tensor> answers, String ids, String mask) {
    long kept = Arrays.stream(tensor(answers, mask).longs()).sum();
    return Arrays.copyOf(tensor(answers, ids).longs(), (int) kept);
  }

  private static TextEncoder load(String model, Kernels kernels) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"));
    return TextEncoder.load(checkpoint, DevicePlacement.cpu(Precision.FP32).withKernels(kernels));
  }
}
