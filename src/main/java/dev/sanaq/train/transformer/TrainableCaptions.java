package dev.sanaq.train.transformer;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;

/** Captions through a text encoder that learns with the transformer. */
public record TrainableCaptions(PackedCaptions packer) implements CaptionEncoder {
  @Override
  public float accumulateGradients(TrainableProgram learner, MicroBatch part, double share) {
    PackedCaptions.Batch packed = packer.pack(part.captions(), part.withInstruction());
    try (ScriptValue tokens = packed.tokenTensor();
        ScriptValue places = packed.gatherIndexTensor();
        ScriptValue lengths = ScriptValue.longs(packed.lengths(), packed.lengths().length);
        ScriptValue all = TrainingTask.scalar(share)) {
      return learner.accumulateGradients(
          "accumulate_gradients",
          part.latents(),
          part.noise(),
          part.sigmas(),
          tokens,
          places,
          lengths,
          all);
    }
  }

  @Override
  public float[] losses(TrainableProgram learner, MicroBatch part) {
    PackedCaptions.Batch packed = packer.pack(part.captions(), part.withInstruction());
    try (ScriptValue tokens = packed.tokenTensor();
        ScriptValue places = packed.gatherIndexTensor();
        ScriptValue embeddings = learner.script().call("ema_prompt_embeds", tokens, places)) {
      return FrozenCaptions.losses(learner, part, embeddings, packed.lengths());
    }
  }
}
