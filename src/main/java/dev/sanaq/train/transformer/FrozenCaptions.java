package dev.sanaq.train.transformer;

import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.cache.PromptEmbedsCache;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.ArrayList;
import java.util.List;

/** Encodes captions by lookup: their embeddings were computed once by a frozen text encoder. */
public record FrozenCaptions(PromptEmbedsCache promptEmbeds) implements CaptionEncoder {
  @Override
  public float accumulateGradients(TrainableProgram program, MicroBatch part, double share) {
    PaddedEmbeds padded = pad(part.captions(), part.withInstruction());
    try (ScriptValue embeddings = padded.tensor();
        ScriptValue lengths = ScriptValue.longs(padded.lengths(), padded.lengths().length);
        ScriptValue weight = TrainingTask.scalar(share)) {
      return program.accumulateGradients(
          "accumulate_gradients_from_embeds",
          part.latents(),
          part.noise(),
          part.sigmas(),
          embeddings,
          lengths,
          weight);
    }
  }

  @Override
  public float[] losses(TrainableProgram program, MicroBatch part) {
    PaddedEmbeds padded = pad(part.captions(), part.withInstruction());
    try (ScriptValue embeddings = padded.tensor()) {
      return losses(program, part, embeddings, padded.lengths());
    }
  }

  static float[] losses(
      TrainableProgram program, MicroBatch part, ScriptValue embeddings, long[] lengths) {
    try (ScriptValue counts = ScriptValue.list(lengths);
        ScriptValue losses =
            program
                .script()
                .call(
                    "eval_losses",
                    part.latents(),
                    part.noise(),
                    part.sigmas(),
                    embeddings,
                    counts)) {
      return losses.toFloats();
    }
  }

  /**
   * Embeddings padded with zeros to one length; attention masks the padding.
   *
   * @param lengths in tokens, one per caption
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record PaddedEmbeds(float[] values, long[] lengths, int width) {
    /** The embeddings (B, L, C); the caller closes them. */
    public ScriptValue tensor() {
      return ScriptValue.floats(
          values, lengths.length, values.length / lengths.length / width, width);
    }
  }

  /**
   * The embeddings of captions.
   *
   * @param withInstruction which of them follow the complex human instruction
   */
  public PaddedEmbeds pad(List<String> texts, boolean[] withInstruction) {
    List<PromptEmbeds> captions = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      captions.add(promptEmbeds.of(texts.get(i), withInstruction[i]));
    }
    int maxTokens = captions.stream().mapToInt(PromptEmbeds::tokens).max().orElseThrow();
    int width = captions.get(0).width();
    float[] values = new float[captions.size() * maxTokens * width];
    long[] lengths = new long[captions.size()];
    for (int i = 0; i < lengths.length; i++) {
      float[] embeddings = captions.get(i).embeddings();
      lengths[i] = captions.get(i).tokens();
      System.arraycopy(embeddings, 0, values, i * maxTokens * width, embeddings.length);
    }
    return new PaddedEmbeds(values, lengths, width);
  }
}
