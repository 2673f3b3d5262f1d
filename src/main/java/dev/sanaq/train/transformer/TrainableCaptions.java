package dev.sanaq.train.transformer;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;

/** Encodes captions with a text encoder that is trained together with the transformer. */
public record TrainableCaptions(PackedCaptions packer) implements CaptionEncoder {
  @Override
  public float accumulateGradients(TrainableProgram program, MicroBatch part, double share) {
    PackedCaptions.Batch packed = packer.pack(part.captions(), part.withInstruction());
    try (ScriptValue tokens = packed.tokenTensor();
        ScriptValue gatherIndices = packed.gatherIndexTensor();
        ScriptValue lengths = ScriptValue.longs(packed.lengths(), packed.lengths().length);
        ScriptValue weight = TrainingTask.scalar(share)) {
      return program.accumulateGradients(
          "accumulate_gradients",
          part.latents(),
          part.noise(),
          part.sigmas(),
          tokens,
          gatherIndices,
          lengths,
          weight);
    }
  }

  @Override
  public float[] losses(TrainableProgram program, MicroBatch part) {
    PackedCaptions.Batch packed = packer.pack(part.captions(), part.withInstruction());
    try (ScriptValue tokens = packed.tokenTensor();
        ScriptValue gatherIndices = packed.gatherIndexTensor();
        ScriptValue embeddings =
            program.script().call("ema_prompt_embeds", tokens, gatherIndices)) {
      return FrozenCaptions.losses(program, part, embeddings, packed.lengths());
    }
  }
}
