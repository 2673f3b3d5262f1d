package dev.sanaq.train.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.TestPrograms;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Training selects the tokens of a caption that the pipeline selects of a prompt. */
class PackedCaptionsTest {
  @Test
  void packedCaptions_matchSinglePromptEmbeds() {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    List<String> texts =
        List.of("a red circle on a blue background", "", "Portrait of a fox ", "a");
    boolean[] instructed = {true, false, false, true};
    try (PromptTokenizer tokenizer =
            new PromptTokenizer(checkpoint.tokenizerFile(), checkpoint.textEncoder().vocabSize());
        TextEncoder serving = TextEncoder.load(checkpoint, TestPrograms.CPU);
        TrainableProgram learner = TestPrograms.transformer(checkpoint)) {
      PackedCaptions.Batch batch = new PackedCaptions(tokenizer).pack(texts, instructed);
      float[] packed = encode(learner, batch);
      int width = checkpoint.textEncoder().hiddenSize();
      int longest = batch.gatherIndices().length / texts.size();
      for (int i = 0; i < texts.size(); i++) {
        PromptEmbeds expected = serving.encode(texts.get(i), instructed[i]);
        assertThat(batch.lengths()[i]).isEqualTo(expected.tokens());
        int from = i * longest * width;
        float[] own = Arrays.copyOfRange(packed, from, from + expected.tokens() * width);
        assertThat(own).containsExactly(expected.embeddings(), Offset.offset(2e-5f));
      }
    }
  }

  private static float[] encode(TrainableProgram learner, PackedCaptions.Batch batch) {
    try (ScriptValue averaged = ScriptValue.of(false);
        ScriptValue nothing = learner.script().call("bind_weights", averaged);
        ScriptValue tokens = batch.tokenTensor();
        ScriptValue places = batch.gatherIndexTensor();
        ScriptValue states = learner.script().call("prompt_embeds", tokens, places)) {
      return states.toFloats();
    }
  }
}
