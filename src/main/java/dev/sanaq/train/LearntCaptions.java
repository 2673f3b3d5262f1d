package dev.sanaq.train;

import dev.sanaq.torch.Value;

/** Captions through a text encoder that learns with the transformer. */
record LearntCaptions(PackedCaptions packing) implements CaptionSource {
  @Override
  public float gradients(Learner learner, Part part, double share) {
    PackedCaptions.Batch packed = packing.pack(part.texts(), part.instructed());
    try (Value tokens = packed.tokenTensor();
        Value places = packed.placeTensor();
        Value lengths = Value.longs(packed.lengths(), packed.lengths().length);
        Value all = Task.scalar(share)) {
      return learner.gradients(
          "gradients", part.latents(), part.noise(), part.sigmas(), tokens, places, lengths, all);
    }
  }

  @Override
  public float[] losses(Learner learner, Part part) {
    PackedCaptions.Batch packed = packing.pack(part.texts(), part.instructed());
    try (Value tokens = packed.tokenTensor();
        Value places = packed.placeTensor();
        Value embeddings = learner.program().call("averaged_captions", tokens, places)) {
      return FrozenCaptions.losses(learner, part, embeddings, packed.lengths());
    }
  }
}
