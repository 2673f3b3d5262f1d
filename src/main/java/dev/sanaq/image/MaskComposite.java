package dev.sanaq.image;

/**
 * Puts the pixels of a source image back where the mask of an inpainted image is black. Near the
 * mask's edge the white pixels are a mixture of both, so that no edge shows; black ones are the
 * source's own.
 */
public final class MaskComposite {
  /** The mixture is as wide as this part of the shorter side. */
  private static final int SIDE_PER_FEATHER = 64;

  /** Chamfer distances, in thirds of a pixel. */
  private static final int STRAIGHT = 3;

  private static final int DIAGONAL = 4;

  private MaskComposite() {}

  /**
   * The composite.
   *
   * @param source where the mask is black; of the size of the others
   * @param generated where the mask is white
   */
  public static RgbImage of(RgbImage source, RgbImage generated, MaskImage mask) {
    int width = mask.width();
    int[] distance = distanceToBlack(mask);
    int feather = Math.max(1, Math.min(width, mask.height()) / SIDE_PER_FEATHER) * STRAIGHT;
    byte[] samples = new byte[source.samples().length];
    for (int i = 0; i < distance.length; i++) {
      // The outermost white pixel is a mixture too.
      float alpha = Math.min(1, (float) distance[i] / (feather + STRAIGHT));
      for (int k = 3 * i; k < 3 * i + 3; k++) {
        int from = source.samples()[k] & 0xff;
        int to = generated.samples()[k] & 0xff;
        samples[k] = (byte) Math.round(from + alpha * (to - from));
      }
    }
    return new RgbImage(width, mask.height(), samples);
  }

  /** Of each pixel to the nearest black one, in thirds of a pixel (Borgefors 1986). */
  private static int[] distanceToBlack(MaskImage mask) {
    int width = mask.width();
    int height = mask.height();
    int[] distance = new int[width * height];
    for (int i = 0; i < distance.length; i++) {
      distance[i] = mask.isWhite(i % width, i / width) ? Integer.MAX_VALUE / 2 : 0;
    }
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        relax(distance, width, height, x, y, -1);
      }
    }
    for (int y = height - 1; y >= 0; y--) {
      for (int x = width - 1; x >= 0; x--) {
        relax(distance, width, height, x, y, 1);
      }
    }
    return distance;
  }

  /** Takes the way over a neighbour: of this line on one side, and of the next or previous line. */
  private static void relax(int[] distance, int width, int height, int x, int y, int side) {
    int at = y * width + x;
    int shortest = distance[at];
    if (x + side >= 0 && x + side < width) {
      shortest = Math.min(shortest, distance[at + side] + STRAIGHT);
    }
    if (y + side >= 0 && y + side < height) {
      int line = at + side * width;
      shortest = Math.min(shortest, distance[line] + STRAIGHT);
      if (x > 0) {
        shortest = Math.min(shortest, distance[line - 1] + DIAGONAL);
      }
      if (x < width - 1) {
        shortest = Math.min(shortest, distance[line + 1] + DIAGONAL);
      }
    }
    distance[at] = shortest;
  }
}
