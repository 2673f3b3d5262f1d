package dev.sanaq.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.text.Caption;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.Value;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What is learnt of a caption is what the pipeline takes of a prompt. */
class PackedCaptionsTest {
  @Test
  void packedCaptionsAreEncodedAsPromptsAreOneByOne() {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    List<String> texts =
        List.of("a red circle on a blue background", "", "Portrait of a fox ", "a");
    boolean[] instructed = {true, false, false, true};
    try (PromptTokenizer tokenizer =
            new PromptTokenizer(checkpoint.tokenizerFile(), checkpoint.textEncoder().vocabSize());
        TextEncoder serving = TextEncoder.load(checkpoint, Learners.CPU);
        Learner learner = Learners.transformer(checkpoint)) {
      PackedCaptions.Batch batch = new PackedCaptions(tokenizer).pack(texts, instructed);
      float[] packed = encode(learner, batch);
      int width = checkpoint.textEncoder().hiddenSize();
      int longest = batch.places().length / texts.size();
      for (int i = 0; i < texts.size(); i++) {
        Caption expected = serving.encode(texts.get(i), instructed[i]);
        assertThat(batch.lengths()[i]).isEqualTo(expected.tokens());
        int from = i * longest * width;
        float[] own = Arrays.copyOfRange(packed, from, from + expected.tokens() * width);
        assertThat(own).containsExactly(expected.embeddings(), Offset.offset(2e-5f));
      }
    }
  }

  private static float[] encode(Learner learner, PackedCaptions.Batch batch) {
    try (Value averaged = Value.of(false);
        Value nothing = learner.program().call("arrange", averaged);
        Value tokens = batch.tokenTensor();
        Value places = batch.placeTensor();
        Value states = learner.program().call("captions", tokens, places)) {
      return states.toFloats();
    }
  }
}
