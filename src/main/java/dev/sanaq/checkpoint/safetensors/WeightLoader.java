package dev.sanaq.checkpoint.safetensors;

import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Predicate;

/** Loads a network's tensors from their files into its program, in chunks. */
public final class WeightLoader {
  /** The memory that loading needs in addition to the weights. */
  private static final int CHUNK_BYTES = 8 << 20;

  private WeightLoader() {}

  /**
   * Loads all tensors, converted to the program's base precision, and calls {@code
   * prepare_weights}. A token embedding keeps its stored type: the program converts the rows that
   * it looks up.
   */
  public static void load(TensorIndex tensors, ScriptProgram program) {
    loadMatching(tensors, program, name -> true);
  }

  /** As {@link #load(TensorIndex, ScriptProgram)}, for the tensors whose names match. */
  public static void loadMatching(
      TensorIndex tensors, ScriptProgram program, Predicate<String> wanted) {
    copyMatching(tensors, program, wanted);
    program.call("prepare_weights").close();
  }

  /** As {@link #loadMatching}, without calling {@code prepare_weights}. */
  public static void copyMatching(
      TensorIndex tensors, ScriptProgram program, Predicate<String> wanted) {
    ByteBuffer part = allocateChunk();
    for (StoredTensor tensor : tensors.all()) {
      if (!wanted.test(tensor.name())) {
        continue;
      }
      boolean table = tensor.name().equals("embed_tokens.weight");
      Precision kept = table ? precisionOf(tensor.dtype()) : program.placement().basePrecision();
      copy(tensor, tensor.name(), program, kept, part);
    }
  }

  /**
   * Maps all tensors into a program on the CPU in their stored type, and calls {@code
   * prepare_weights}. Takes no time, and no memory except the page cache.
   */
  public static void map(TensorIndex tensors, ScriptProgram program) {
    for (StoredTensor tensor : tensors.all()) {
      Precision stored = precisionOf(tensor.dtype());
      if (tensor.bytes() <= Integer.MAX_VALUE) {
        program.mapWeight(
            tensor.name(), tensor.map(0, (int) tensor.bytes()), stored, tensor.shape());
      } else {
        copy(tensor, tensor.name(), program, stored, allocateChunk()); // exceeds a buffer
      }
    }
    program.call("prepare_weights").close();
  }

  /** Loads all tensors under prefixed names, without calling {@code prepare_weights}. */
  public static void load(TensorIndex tensors, ScriptProgram program, String prefix) {
    ByteBuffer part = allocateChunk();
    for (StoredTensor tensor : tensors.all()) {
      copy(tensor, prefix + tensor.name(), program, program.placement().basePrecision(), part);
    }
  }

  /**
   * Loads one tensor through a method of the program that takes the arguments of {@code
   * load_weight}.
   *
   * @param name the tensor's name in the program
   * @param kept its type in the program
   */
  public static void load(
      StoredTensor tensor, String name, ScriptProgram program, String method, Precision kept) {
    copy(
        tensor,
        name,
        program,
        method,
        kept,
        allocateChunk((int) Math.min(CHUNK_BYTES, tensor.bytes())));
  }

  /** Not a mapping, whose pages would stay in memory until garbage collection. */
  private static ByteBuffer allocateChunk() {
    return allocateChunk(CHUNK_BYTES);
  }

  private static ByteBuffer allocateChunk(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void copy(
      StoredTensor tensor, String name, ScriptProgram program, Precision kept, ByteBuffer part) {
    copy(tensor, name, program, "load_weight", kept, part);
  }

  private static void copy(
      StoredTensor tensor,
      String name,
      ScriptProgram program,
      String method,
      Precision kept,
      ByteBuffer part) {
    Precision stored = precisionOf(tensor.dtype());
    for (long at = 0; at < tensor.bytes(); at += CHUNK_BYTES) {
      part.clear().limit((int) Math.min(CHUNK_BYTES, tensor.bytes() - at));
      tensor.read(at, part);
      program.loadWeight(
          method, name, part.flip(), stored, kept, tensor.shape(), at / stored.bytes());
    }
  }

  /** The engine's number type of weights of this type. */
  public static Precision precisionOf(DType type) {
    return switch (type) {
      case F32 -> Precision.FP32;
      case F16 -> Precision.FP16;
      case BF16 -> Precision.BF16;
      default -> throw new IllegalStateException("not a type of weights: " + type);
    };
  }
}
