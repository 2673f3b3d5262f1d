package dev.sanaq.sana.text;

import dev.sanaq.checkpoint.cache.TensorCache;
import dev.sanaq.checkpoint.cache.WeightsKey;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.script.ScriptSource;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The instruction's KV cache on disk: on a CPU a large text encoder needs seconds to compute it,
 * and it is the same for every process.
 *
 * @param files where it is kept
 * @param key of the weights and of everything else that it depends on
 */
record InstructionCache(TensorCache files, String key) {
  /** Smaller encoders read the instruction in less time than a file is worth. */
  private static final long MIN_WEIGHT_BYTES = 256 << 20;

  /**
   * The cache of this process's user, for a large encoder on a CPU.
   *
   * @param program computes the KV cache
   */
  static Optional<InstructionCache> of(
      TensorIndex tensors, ScriptSource program, DevicePlacement placement, long[] instructionIds) {
    if (placement.isGpu() || tensors.bytes() < MIN_WEIGHT_BYTES) {
      return Optional.empty();
    }
    return TensorCache.ofUser()
        .map(
            files -> new InstructionCache(files, key(tensors, program, placement, instructionIds)));
  }

  static String key(
      TensorIndex tensors, ScriptSource program, DevicePlacement placement, long[] instructionIds) {
    // The archive is the program itself: another release computes again.
    byte[] archive = ScriptProgram.archive(program);
    return WeightsKey.of(
        tensors,
        List.of(
            Torch.version(),
            placement.kernels().name(),
            new String(archive, StandardCharsets.ISO_8859_1),
            Arrays.toString(instructionIds)));
  }

  /** The KV cache, for the program that it was computed with; the caller closes it. */
  Optional<ScriptValue> read(ScriptProgram program) {
    return files.read(key).map(tensors -> restore(program, tensors));
  }

  private static ScriptValue restore(ScriptProgram program, SortedMap<String, HostTensor> tensors) {
    ScriptValue[] parts =
        tensors.values().stream()
            .map(tensor -> ScriptValue.floats(tensor.values(), tensor.shape()))
            .toArray(ScriptValue[]::new);
    try (ScriptValue list = ScriptValue.tensorList(parts)) {
      return program.call("restore_kv_cache", list);
    } finally {
      Arrays.stream(parts).forEach(ScriptValue::close);
    }
  }

  /** Keeps a KV cache that the program has computed. */
  void write(ScriptProgram program, ScriptValue kvCache) {
    try (ScriptValue numbers = program.call("kv_cache_numbers", kvCache)) {
      files.write(key, numbers.toTensors());
    }
  }
}
