package dev.sanaq.sana.pipeline;

import java.nio.file.Path;
import java.util.List;

/**
 * How to load a checkpoint.
 *
 * @param precision auto, fp32, bf16, fp16 or, on the processor, int8
 * @param variant the files' variant, such as bf16; empty for the one that is there
 * @param threads threads an operator uses, at most {@link #MAX_THREADS}; 0 for the physical cores
 * @param device auto, cpu or cuda
 * @param adapters LoRA files besides those in the model's folder {@code adapters}; each is named by
 *     its path
 * @param lowMemory hold the text encoder's weights in memory for no longer than they are needed, a
 *     layer at a time, and on the processor; decode larger images in tiles whatever is free
 */
public record PipelineOptions(
    String precision,
    String variant,
    int threads,
    String device,
    List<Path> adapters,
    boolean lowMemory) {
  /** Everything chosen from what is there. */
  public static final PipelineOptions AUTO = new PipelineOptions("auto", "", 0, "auto");

  /** More than any machine has; libtorch ends the JVM where it cannot start all that it is told. */
  public static final int MAX_THREADS = 1024;

  public PipelineOptions {
    adapters = List.copyOf(adapters);
    if (threads < 0 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads: %d, expected 0 to %d".formatted(threads, MAX_THREADS));
    }
  }

  /** With no adapters but the model's own. */
  public PipelineOptions(String precision, String variant, int threads, String device) {
    this(precision, variant, threads, device, List.of(), false);
  }
}
