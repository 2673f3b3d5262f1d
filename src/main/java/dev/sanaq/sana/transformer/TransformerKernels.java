package dev.sanaq.sana.transformer;

import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.host.CpuFeatures;

/** Loads a transformer's weights in the form that its placement computes with. */
final class TransformerKernels {
  private static final String BLOCKS = "transformer_blocks.";

  private TransformerKernels() {}

  /**
   * Loads the weights, packs them for the CPU's kernels, or quantizes them for a GPU's 8-bit
   * products.
   *
   * @param layers the number of blocks
   * @param tokensPerChunk on a CPU
   */
  static void load(TensorIndex tensors, ScriptProgram program, int layers, int tokensPerChunk) {
    DevicePlacement placement = program.placement();
    if (placement.packsWeights()) {
      loadPacked(tensors, program, layers, tokensPerChunk);
      return;
    }
    WeightLoader.load(tensors, program);
    if (placement.precision().isEightBit()) {
      quantize(program, placement.precision());
    }
  }

  private static void loadPacked(
      TensorIndex tensors, ScriptProgram program, int layers, int tokensPerChunk) {
    Precision precision = program.placement().precision();
    try (ScriptValue kernels = ScriptValue.of(precision == Precision.INT8 ? "int8" : "packed");
        ScriptValue tokens = ScriptValue.of((long) tokensPerChunk);
        ScriptValue reducedRange = ScriptValue.of(!CpuFeatures.hasVnni())) {
      for (int i = 0; i < layers; i++) {
        String prefix = BLOCKS + i + ".";
        WeightLoader.copyMatching(tensors, program, name -> name.startsWith(prefix));
        try (ScriptValue block = ScriptValue.of((long) i)) {
          program.call("pack_block", block, kernels).close();
        }
      }
      WeightLoader.copyMatching(tensors, program, name -> !name.startsWith(BLOCKS));
      program.call("finish_packing", tokens, reducedRange).close();
    }
  }

  private static void quantize(ScriptProgram program, Precision precision) {
    try (ScriptValue type = ScriptValue.of((long) precision.scalarType())) {
      program.call("quantize_weights", type).close();
    }
  }
}
