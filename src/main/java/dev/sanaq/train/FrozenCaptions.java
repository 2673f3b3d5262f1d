package dev.sanaq.train;

import dev.sanaq.sana.text.Caption;
import dev.sanaq.torch.Value;
import java.util.ArrayList;
import java.util.List;

/** Captions as a text encoder that does not learn gave them once. */
record FrozenCaptions(TextFeatures features) implements CaptionSource {
  @Override
  public float gradients(Learner learner, Part part, double share) {
    Padded padded = padded(part);
    try (Value embeddings = padded.tensor();
        Value lengths = Value.longs(padded.lengths(), padded.lengths().length);
        Value all = Task.scalar(share)) {
      return learner.gradients(
          "gradients_of_embeddings",
          part.latents(),
          part.noise(),
          part.sigmas(),
          embeddings,
          lengths,
          all);
    }
  }

  @Override
  public float[] losses(Learner learner, Part part) {
    Padded padded = padded(part);
    try (Value embeddings = padded.tensor()) {
      return losses(learner, part, embeddings, padded.lengths());
    }
  }

  static float[] losses(Learner learner, Part part, Value embeddings, long[] lengths) {
    try (Value counts = Value.list(lengths);
        Value losses =
            learner
                .program()
                .call("measure", part.latents(), part.noise(), part.sigmas(), embeddings, counts)) {
      return losses.toFloats();
    }
  }

  /** Rows of one length, short ones filled with zeros that nobody attends to. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Padded(float[] numbers, long[] lengths, int width) {
    Value tensor() {
      return Value.floats(numbers, lengths.length, numbers.length / lengths.length / width, width);
    }
  }

  private Padded padded(Part part) {
    List<Caption> captions = new ArrayList<>();
    for (int i = 0; i < part.texts().size(); i++) {
      captions.add(features.of(part.texts().get(i), part.instructed()[i]));
    }
    int longest = captions.stream().mapToInt(Caption::tokens).max().orElseThrow();
    int width = captions.get(0).width();
    float[] numbers = new float[captions.size() * longest * width];
    long[] lengths = new long[captions.size()];
    for (int i = 0; i < lengths.length; i++) {
      float[] own = captions.get(i).embeddings();
      lengths[i] = captions.get(i).tokens();
      System.arraycopy(own, 0, numbers, i * longest * width, own.length);
    }
    return new Padded(numbers, lengths, width);
  }
}
