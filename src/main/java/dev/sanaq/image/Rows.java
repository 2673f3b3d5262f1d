package dev.sanaq.image;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Work on the rows of a picture, which need nothing of one another: on every core if it pays. */
final class Rows {
  /** Samples from which the threads' start is small beside the work. */
  private static final long WORTH_THREADS = 1L << 18;

  private Rows() {}

  static void each(int rows, long samples, IntConsumer work) {
    IntStream range = IntStream.range(0, rows);
    (samples < WORTH_THREADS ? range : range.parallel()).forEach(work);
  }
}
