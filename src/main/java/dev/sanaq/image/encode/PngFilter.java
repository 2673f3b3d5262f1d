package dev.sanaq.image.encode;

import dev.sanaq.image.ParallelRows;
import dev.sanaq.image.RgbImage;

/**
 * PNG's row filters (section 9). Each stores the difference from a prediction of the neighbours,
 * which deflates better. A row takes the filter with the smallest sum of differences, the
 * specification's heuristic (section 12.7), estimated on every fifth sample, which nearly always
 * agrees with all samples. Each filter is one plain loop, so that the compiler vectorizes it.
 */
enum PngFilter {
  NONE(0) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out, int at) {
      System.arraycopy(row, BYTES_PER_PIXEL, out, at, row.length - BYTES_PER_PIXEL);
    }
  },
  SUB(1) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out, int at) {
      for (int x = 0; x < row.length - BYTES_PER_PIXEL; x++) {
        out[at + x] = (byte) (row[x + BYTES_PER_PIXEL] - row[x]);
      }
    }
  },
  UP(2) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out, int at) {
      for (int x = 0; x < row.length - BYTES_PER_PIXEL; x++) {
        out[at + x] = (byte) (row[x + BYTES_PER_PIXEL] - above[x + BYTES_PER_PIXEL]);
      }
    }
  },
  AVERAGE(3) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out, int at) {
      for (int x = 0; x < row.length - BYTES_PER_PIXEL; x++) {
        out[at + x] =
            (byte)
                (row[x + BYTES_PER_PIXEL]
                    - (((row[x] & 0xff) + (above[x + BYTES_PER_PIXEL] & 0xff)) >> 1));
      }
    }
  },
  PAETH(4) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out, int at) {
      for (int x = 0; x < row.length - BYTES_PER_PIXEL; x++) {
        int predicted =
            paethPredictor(row[x] & 0xff, above[x + BYTES_PER_PIXEL] & 0xff, above[x] & 0xff);
        out[at + x] = (byte) (row[x + BYTES_PER_PIXEL] - predicted);
      }
    }
  };

  private static final int BYTES_PER_PIXEL = 3;
  // Not a multiple of a pixel, so that every colour is sampled.
  private static final int SAMPLE_STRIDE = 5;

  private final int filterType;

  PngFilter(int filterType) {
    this.filterType = filterType;
  }

  /**
   * Filters a row.
   *
   * @param row its samples after one pixel of zeros, the value outside the image
   * @param above the row above in the same form
   * @param out receives the filtered samples, one pixel fewer
   * @param at index of the first in {@code out}
   */
  abstract void apply(byte[] row, byte[] above, byte[] out, int at);

  /** Filters an image: for each row the number of its filter, then its filtered samples. */
  static byte[] filterRows(RgbImage image) {
    int stride = image.width() * BYTES_PER_PIXEL;
    byte[] out = new byte[image.height() * (stride + 1)];
    ParallelRows.forEach(
        image.height(), out.length, y -> filterRow(image.samples(), y, stride, out));
    return out;
  }

  private static void filterRow(byte[] samples, int y, int stride, byte[] out) {
    byte[] row = paddedRow(samples, y, stride);
    byte[] above = paddedRow(samples, y - 1, stride);
    PngFilter filter = chooseFilter(row, above);
    int at = y * (stride + 1);
    out[at] = (byte) filter.filterType;
    filter.apply(row, above, out, at + 1);
  }

  private static PngFilter chooseFilter(byte[] row, byte[] above) {
    int none = 0;
    int sub = 0;
    int up = 0;
    int average = 0;
    int paeth = 0;
    for (int x = 0; x < row.length - BYTES_PER_PIXEL; x += SAMPLE_STRIDE) {
      byte sample = row[x + BYTES_PER_PIXEL];
      int left = row[x] & 0xff;
      int over = above[x + BYTES_PER_PIXEL] & 0xff;
      none += Math.abs(sample);
      sub += Math.abs((byte) (sample - left));
      up += Math.abs((byte) (sample - over));
      average += Math.abs((byte) (sample - ((left + over) >> 1)));
      paeth += Math.abs((byte) (sample - paethPredictor(left, over, above[x] & 0xff)));
    }
    int least = Math.min(Math.min(none, sub), Math.min(Math.min(up, average), paeth));
    if (least == none) {
      return NONE;
    }
    if (least == sub) {
      return SUB;
    }
    if (least == up) {
      return UP;
    }
    return least == average ? AVERAGE : PAETH;
  }

  private static int paethPredictor(int left, int up, int upLeft) {
    int fromLeft = Math.abs(up - upLeft);
    int fromUp = Math.abs(left - upLeft);
    int fromUpLeft = Math.abs(left + up - 2 * upLeft);
    if (fromLeft <= fromUp && fromLeft <= fromUpLeft) {
      return left;
    }
    return fromUp <= fromUpLeft ? up : upLeft;
  }

  private static byte[] paddedRow(byte[] samples, int y, int stride) {
    byte[] row = new byte[BYTES_PER_PIXEL + stride];
    if (y >= 0) {
      System.arraycopy(samples, y * stride, row, BYTES_PER_PIXEL, stride);
    }
    return row;
  }
}
