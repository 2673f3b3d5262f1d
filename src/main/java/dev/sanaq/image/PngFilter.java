package dev.sanaq.image;

/**
 * PNG's row filters (section 9): each stores the difference from what the neighbours foretell,
 * which deflates better. Of the five, a row takes the one whose differences are smallest in sum,
 * the specification's own heuristic (section 12.7).
 */
enum PngFilter {
  NONE(0) {
    @Override
    int foretell(int left, int up, int upLeft) {
      return 0;
    }
  },
  SUB(1) {
    @Override
    int foretell(int left, int up, int upLeft) {
      return left;
    }
  },
  UP(2) {
    @Override
    int foretell(int left, int up, int upLeft) {
      return up;
    }
  },
  AVERAGE(3) {
    @Override
    int foretell(int left, int up, int upLeft) {
      return (left + up) >> 1;
    }
  },
  PAETH(4) {
    @Override
    int foretell(int left, int up, int upLeft) {
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

  /** What the neighbours' samples, 0 to 255 and 0 outside the picture, foretell of a sample. */
  abstract int foretell(int left, int up, int upLeft);

  /** Every row: its filter's number, then its filtered samples. */
  static byte[] rows(RgbImage image) {
    int stride = image.width() * PIXEL;
    byte[] out = new byte[image.height() * (stride + 1)];
    Rows.each(
        image.height(),
        out.length,
        y -> {
          PngFilter filter = smallest(image.samples(), y, stride);
          out[y * (stride + 1)] = (byte) filter.number;
          for (int x = 0; x < stride; x++) {
            out[y * (stride + 1) + 1 + x] = filter.filtered(image.samples(), y, stride, x);
          }
        });
    return out;
  }

  private static PngFilter smallest(byte[] samples, int y, int stride) {
    PngFilter best = NONE;
    long least = Long.MAX_VALUE;
    for (PngFilter filter : ALL) {
      long sum = 0;
      for (int x = 0; x < stride; x++) {
        sum += Math.abs(filter.filtered(samples, y, stride, x));
      }
      if (sum < least) {
        least = sum;
        best = filter;
      }
    }
    return best;
  }

  private byte filtered(byte[] samples, int y, int stride, int x) {
    int at = y * stride + x;
    int left = x < PIXEL ? 0 : samples[at - PIXEL] & 0xff;
    int up = y == 0 ? 0 : samples[at - stride] & 0xff;
    int upLeft = x < PIXEL || y == 0 ? 0 : samples[at - stride - PIXEL] & 0xff;
    return (byte) (samples[at] - foretell(left, up, upLeft));
  }
}
