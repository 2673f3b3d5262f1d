package dev.sanaq.train.transformer;

import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.cache.PromptEmbedsCache;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.ArrayList;
import java.util.List;

/** Captions as a text encoder that does not learn gave them once. */
public record FrozenCaptions(PromptEmbedsCache promptEmbeds) implements CaptionEncoder {
  @Override
  public float accumulateGradients(TrainableProgram learner, MicroBatch part, double share) {
    PaddedEmbeds padded = pad(part);
    try (ScriptValue embeddings = padded.tensor();
        ScriptValue lengths = ScriptValue.longs(padded.lengths(), padded.lengths().length);
        ScriptValue all = TrainingTask.scalar(share)) {
      return learner.accumulateGradients(
          "accumulate_gradients_from_embeds",
          part.latents(),
          part.noise(),
          part.sigmas(),
          embeddings,
          lengths,
          all);
    }
  }

  @Override
  public float[] losses(TrainableProgram learner, MicroBatch part) {
    PaddedEmbeds padded = pad(part);
    try (ScriptValue embeddings = padded.tensor()) {
      return losses(learner, part, embeddings, padded.lengths());
    }
  }

  static float[] losses(
      TrainableProgram learner, MicroBatch part, ScriptValue embeddings, long[] lengths) {
    try (ScriptValue counts = ScriptValue.list(lengths);
        ScriptValue losses =
            learner
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

  /** Rows of one length, short ones filled with zeros that nobody attends to. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record PaddedEmbeds(float[] values, long[] lengths, int width) {
    ScriptValue tensor() {
      return ScriptValue.floats(
          values, lengths.length, values.length / lengths.length / width, width);
    }
  }

  private PaddedEmbeds pad(MicroBatch part) {
    List<PromptEmbeds> captions = new ArrayList<>();
    for (int i = 0; i < part.captions().size(); i++) {
      captions.add(promptEmbeds.of(part.captions().get(i), part.withInstruction()[i]));
    }
    int longest = captions.stream().mapToInt(PromptEmbeds::tokens).max().orElseThrow();
    int width = captions.get(0).width();
    float[] numbers = new float[captions.size() * longest * width];
    long[] lengths = new long[captions.size()];
    for (int i = 0; i < lengths.length; i++) {
      float[] own = captions.get(i).embeddings();
      lengths[i] = captions.get(i).tokens();
      System.arraycopy(own, 0, numbers, i * longest * width, own.length);
    }
    return new PaddedEmbeds(numbers, lengths, width);
  }
}
