package dev.sanaq.sana.transformer;

import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.host.CpuFeatures;

/** Converts a loaded transformer's weights to the form that its placement computes with. */
final class TransformerKernels {
  private TransformerKernels() {}

  /**
   * Packs the weights for the CPU's kernels, or quantizes them for a GPU's 8-bit products.
   *
   * @param tokensPerChunk on a CPU
   */
  static void prepare(ScriptProgram program, int tokensPerChunk) {
    DevicePlacement placement = program.placement();
    if (placement.packsWeights()) {
      pack(program, tokensPerChunk);
    } else if (placement.precision().isEightBit()) {
      quantize(program, placement.precision());
    }
  }

  private static void pack(ScriptProgram program, int tokensPerChunk) {
    Precision precision = program.placement().precision();
    try (ScriptValue kernels = ScriptValue.of(precision == Precision.INT8 ? "int8" : "packed");
        ScriptValue tokens = ScriptValue.of((long) tokensPerChunk);
        ScriptValue reducedRange = ScriptValue.of(!CpuFeatures.hasVnni())) {
      program.call("pack_weights", kernels, tokens, reducedRange).close();
    }
  }

  private static void quantize(ScriptProgram program, Precision precision) {
    try (ScriptValue type = ScriptValue.of((long) precision.scalarType())) {
      program.call("quantize_weights", type).close();
    }
  }
}
