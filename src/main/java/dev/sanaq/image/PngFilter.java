package dev.sanaq.image;

/**
 * PNG's row filters (section 9): each stores the difference from what the neighbours foretell,
 * which deflates better. Of the five, a row takes the one whose differences are smallest in sum,
 * the specification's own heuristic (section 12.7). One plain loop a filter, for the compiler to
 * make vectors of.
 */
enum PngFilter {
  NONE(0) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out) {
      System.arraycopy(row, PIXEL, out, 0, out.length);
    }
  },
  SUB(1) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out) {
      for (int x = 0; x < out.length; x++) {
        out[x] = (byte) (row[x + PIXEL] - row[x]);
      }
    }
  },
  UP(2) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out) {
      for (int x = 0; x < out.length; x++) {
        out[x] = (byte) (row[x + PIXEL] - above[x + PIXEL]);
      }
    }
  },
  AVERAGE(3) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out) {
      for (int x = 0; x < out.length; x++) {
        out[x] = (byte) (row[x + PIXEL] - (((row[x] & 0xff) + (above[x + PIXEL] & 0xff)) >> 1));
      }
    }
  },
  PAETH(4) {
    @Override
    void apply(byte[] row, byte[] above, byte[] out) {
      for (int x = 0; x < out.length; x++) {
        int foretold = nearest(row[x] & 0xff, above[x + PIXEL] & 0xff, above[x] & 0xff);
        out[x] = (byte) (row[x + PIXEL] - foretold);
      }
    }

    private static int nearest(int left, int up, int upLeft) {
      int fromLeft = Math.abs(up - upLeft);
      int fromUp = Math.abs(left - upLeft);
      int fromUpLeft = Math.abs(left + up - 2 * upLeft);
      if (fromLeft <= fromUp && fromLeft <= fromUpLeft) {
        return left;
      }
      return fromUp <= fromUpLeft ? up : upLeft;
    }
  };

  private static final int PIXEL = 3;
  private static final PngFilter[] ALL = values();

  private final int number;

  PngFilter(int number) {
    this.number = number;
  }

  /**
   * Filters a row.
   *
   * @param row its samples behind one pixel of zeros, which is what lies outside the picture
   * @param above the row above in the same form
   * @param out the filtered samples, one pixel shorter
   */
  abstract void apply(byte[] row, byte[] above, byte[] out);

  /** Every row: its filter's number, then its filtered samples. */
  static byte[] rows(RgbImage image) {
    int stride = image.width() * PIXEL;
    byte[] out = new byte[image.height() * (stride + 1)];
    Rows.each(image.height(), out.length, y -> smallest(image.samples(), y, stride, out));
    return out;
  }

  private static void smallest(byte[] samples, int y, int stride, byte[] out) {
    byte[] row = row(samples, y, stride);
    byte[] above = row(samples, y - 1, stride);
    byte[] filtered = new byte[stride];
    int at = y * (stride + 1);
    long least = Long.MAX_VALUE;
    for (PngFilter filter : ALL) {
      filter.apply(row, above, filtered);
      long sum = sum(filtered);
      if (sum < least) {
        least = sum;
        out[at] = (byte) filter.number;
        System.arraycopy(filtered, 0, out, at + 1, stride);
      }
    }
  }

  private static byte[] row(byte[] samples, int y, int stride) {
    byte[] row = new byte[PIXEL + stride];
    if (y >= 0) {
      System.arraycopy(samples, y * stride, row, PIXEL, stride);
    }
    return row;
  }

  private static long sum(byte[] filtered) {
    long sum = 0;
    for (byte sample : filtered) {
      sum += Math.abs(sample);
    }
    return sum;
  }
}
