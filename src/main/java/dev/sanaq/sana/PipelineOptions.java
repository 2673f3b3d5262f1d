package dev.sanaq.sana;

/**
 * How to load a checkpoint.
 *
 * @param precision auto, fp32, bf16, fp16 or, on the processor, int8
 * @param variant the files' variant, such as bf16; empty for the one that is there
 * @param threads threads an operator uses, at most {@link #MOST_THREADS}; 0 for the physical cores
 * @param device auto, cpu or cuda
 */
public record PipelineOptions(String precision, String variant, int threads, String device) {
  /** Everything chosen from what is there. */
  public static final PipelineOptions AUTO = new PipelineOptions("auto", "", 0, "auto");

  /** More than any machine has; libtorch ends the JVM where it cannot start all that it is told. */
  public static final int MOST_THREADS = 1024;

  public PipelineOptions {
    if (threads < 0 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads: %d, expected 0 to %d".formatted(threads, MOST_THREADS));
    }
  }
}
