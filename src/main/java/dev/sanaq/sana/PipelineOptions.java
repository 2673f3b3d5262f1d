package dev.sanaq.sana;

/**
 * How to load a checkpoint.
 *
 * @param precision auto, fp32, bf16 or fp16
 * @param variant the files' variant, such as bf16; empty for the one that is there
 * @param threads threads an operator uses; 0 for the physical cores
 * @param device auto, cpu or cuda
 */
public record PipelineOptions(String precision, String variant, int threads, String device) {
  /** Everything chosen from what is there. */
  public static final PipelineOptions AUTO = new PipelineOptions("auto", "", 0, "auto");

  public PipelineOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: " + threads + ", expected 0 or more");
    }
  }
}
