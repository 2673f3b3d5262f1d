package dev.sanaq.sana.checkpoint;

import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Predicate;

/** Copies a network's tensors from their files into its program, part by part. */
public final class WeightLoader {
  /** Bytes read and converted at a time: what loading needs beyond the weights themselves. */
  private static final int PART_BYTES = 8 << 20;

  private WeightLoader() {}

  /**
   * Stores every tensor in the program's precision, and lets the program arrange them ({@code
   * finish}). A token embedding stays as stored: rows are converted when they are looked up.
   */
  public static void load(Tensors tensors, Program program) {
    loadSome(tensors, program, name -> true);
  }

  /** As {@link #load(Tensors, Program)}, of the tensors alone whose names are wanted. */
  public static void loadSome(Tensors tensors, Program program, Predicate<String> wanted) {
    ByteBuffer part = part();
    for (StoredTensor tensor : tensors.all()) {
      if (!wanted.test(tensor.name())) {
        continue;
      }
      boolean table = tensor.name().equals("embed_tokens.weight");
      Precision kept = table ? precision(tensor.type()) : program.placement().precision();
      copy(tensor, tensor.name(), program, kept, part);
    }
    program.call("finish").close();
  }

  /**
   * Lends every tensor to a program on the processor, where it lies in its mapped file and in its
   * own type: loading takes no time and no memory but the page cache's.
   */
  public static void lend(Tensors tensors, Program program) {
    for (StoredTensor tensor : tensors.all()) {
      Precision stored = precision(tensor.type());
      if (tensor.bytes() <= Integer.MAX_VALUE) {
        program.lend(tensor.name(), tensor.map(0, (int) tensor.bytes()), stored, tensor.shape());
      } else {
        copy(tensor, tensor.name(), program, stored, part()); // larger than a buffer can be
      }
    }
    program.call("finish").close();
  }

  /** Stores every tensor in the program's precision, its name behind a prefix, and no more. */
  public static void load(Tensors tensors, Program program, String prefix) {
    ByteBuffer part = part();
    for (StoredTensor tensor : tensors.all()) {
      copy(tensor, prefix + tensor.name(), program, program.placement().precision(), part);
    }
  }

  /** Not mapped: what was read of a mapping stays in memory until Java collects the buffer. */
  private static ByteBuffer part() {
    return ByteBuffer.allocateDirect(PART_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void copy(
      StoredTensor tensor, String name, Program program, Precision kept, ByteBuffer part) {
    Precision stored = precision(tensor.type());
    for (long at = 0; at < tensor.bytes(); at += PART_BYTES) {
      part.clear().limit((int) Math.min(PART_BYTES, tensor.bytes() - at));
      tensor.read(at, part);
      program.put(name, part.flip(), stored, kept, tensor.shape(), at / stored.bytes());
    }
  }

  private static Precision precision(StorageType type) {
    return switch (type) {
      case F32 -> Precision.FP32;
      case F16 -> Precision.FP16;
      case BF16 -> Precision.BF16;
      default -> throw new IllegalStateException(type + " passed for a weight's type");
    };
  }
}
