package dev.sanaq.checkpoint.safetensors;

import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Predicate;

/** Copies a network's tensors from their files into its program, part by part. */
public final class WeightLoader {
  /** Bytes read and converted at a time: what loading needs beyond the weights themselves. */
  private static final int CHUNK_BYTES = 8 << 20;

  private WeightLoader() {}

  /**
   * Stores every tensor in the program's precision, and lets the program arrange them ({@code
   * finish}). A token embedding stays as stored: rows are converted when they are looked up.
   */
  public static void load(TensorIndex tensors, ScriptProgram program) {
    loadMatching(tensors, program, name -> true);
  }

  /** As {@link #load(TensorIndex, ScriptProgram)}, of the tensors alone whose names are wanted. */
  public static void loadMatching(
      TensorIndex tensors, ScriptProgram program, Predicate<String> wanted) {
    ByteBuffer part = allocateChunk();
    for (StoredTensor tensor : tensors.all()) {
      if (!wanted.test(tensor.name())) {
        continue;
      }
      boolean table = tensor.name().equals("embed_tokens.weight");
      Precision kept = table ? precisionOf(tensor.dtype()) : program.placement().precision();
      copy(tensor, tensor.name(), program, kept, part);
    }
    program.call("prepare_weights").close();
  }

  /**
   * Lends every tensor to a program on the processor, where it lies in its mapped file and in its
   * own type: loading takes no time and no memory but the page cache's.
   */
  public static void map(TensorIndex tensors, ScriptProgram program) {
    for (StoredTensor tensor : tensors.all()) {
      Precision stored = precisionOf(tensor.dtype());
      if (tensor.bytes() <= Integer.MAX_VALUE) {
        program.mapWeight(
            tensor.name(), tensor.map(0, (int) tensor.bytes()), stored, tensor.shape());
      } else {
        copy(
            tensor, tensor.name(), program, stored, allocateChunk()); // larger than a buffer can be
      }
    }
    program.call("prepare_weights").close();
  }

  /** Stores every tensor in the program's precision, its name behind a prefix, and no more. */
  public static void load(TensorIndex tensors, ScriptProgram program, String prefix) {
    ByteBuffer part = allocateChunk();
    for (StoredTensor tensor : tensors.all()) {
      copy(tensor, prefix + tensor.name(), program, program.placement().precision(), part);
    }
  }

  /** Not mapped: what was read of a mapping stays in memory until Java collects the buffer. */
  private static ByteBuffer allocateChunk() {
    return ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void copy(
      StoredTensor tensor, String name, ScriptProgram program, Precision kept, ByteBuffer part) {
    Precision stored = precisionOf(tensor.dtype());
    for (long at = 0; at < tensor.bytes(); at += CHUNK_BYTES) {
      part.clear().limit((int) Math.min(CHUNK_BYTES, tensor.bytes() - at));
      tensor.read(at, part);
      program.loadWeight(name, part.flip(), stored, kept, tensor.shape(), at / stored.bytes());
    }
  }

  private static Precision precisionOf(DType type) {
    return switch (type) {
      case F32 -> Precision.FP32;
      case F16 -> Precision.FP16;
      case BF16 -> Precision.BF16;
      default -> throw new IllegalStateException(type + " passed for a weight's type");
    };
  }
}
