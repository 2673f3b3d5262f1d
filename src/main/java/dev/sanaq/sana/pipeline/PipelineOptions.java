package dev.sanaq.sana.pipeline;

import java.nio.file.Path;
import java.util.List;

/**
 * Options for loading a checkpoint.
 *
 * @param precision auto, fp32, bf16, fp16, int8 or, on a GPU, fp8
 * @param variant variant of the weight files, such as bf16; empty to detect it
 * @param threads threads per operator, at most {@link #MAX_THREADS}; 0 for the physical cores
 * @param device auto, cpu or cuda
 * @param adapters LoRA files in addition to the model's folder {@code adapters}; each is named by
 *     its path
 * @param lowMemory run the text encoder on the CPU with one layer's weights in memory at a time;
 *     decode larger images in tiles regardless of the free memory
 */
public record PipelineOptions(
    String precision,
    String variant,
    int threads,
    String device,
    List<Path> adapters,
    boolean lowMemory) {
  /** Detects device, precision, variant and threads. */
  public static final PipelineOptions AUTO =
      new PipelineOptions("auto", "", 0, "auto", List.of(), false);

  /** A guard: libtorch ends the JVM if it cannot start the threads. */
  public static final int MAX_THREADS = 1024;

  public PipelineOptions {
    adapters = List.copyOf(adapters);
    if (threads < 0 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads: %s, expected 0 to %s".formatted(threads, MAX_THREADS));
    }
  }
}
