package dev.sanaq.image;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Runs independent work on each row of an image, on all cores if the image is large enough. */
public final class ParallelRows {
  /** Below, starting threads costs more than they save. */
  private static final long MIN_PARALLEL_SAMPLES = 1L << 18;

  private ParallelRows() {}

  /** Runs the work for rows 0 to {@code rows - 1}; blocks until done. */
  public static void forEach(int rows, long samples, IntConsumer work) {
    IntStream range = IntStream.range(0, rows);
    (samples < MIN_PARALLEL_SAMPLES ? range : range.parallel()).forEach(work);
  }
}
