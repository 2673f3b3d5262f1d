package dev.sanaq.image;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Work on the rows of an image, which need nothing of one another: on every core if it pays. */
public final class ParallelRows {
  /** Samples from which the threads' start is small beside the work. */
  private static final long MIN_PARALLEL_SAMPLES = 1L << 18;

  private ParallelRows() {}

  public static void forEach(int rows, long samples, IntConsumer work) {
    IntStream range = IntStream.range(0, rows);
    (samples < MIN_PARALLEL_SAMPLES ? range : range.parallel()).forEach(work);
  }
}
