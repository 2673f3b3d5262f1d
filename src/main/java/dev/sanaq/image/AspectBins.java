package dev.sanaq.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sizes that a model of one resolution was trained on: 33 or 40 aspect ratios with about the
 * same number of pixels. diffusers has them as {@code ASPECT_RATIO_512_BIN} to {@code
 * ASPECT_RATIO_4096_BIN} (pipelines {@code pixart_alpha}, {@code pixart_sigma} and {@code sana});
 * all are one table, scaled, without its extreme ratios below 2048 pixels.
 */
public final class AspectBins {
  /** Published ratio, then height and width in units of 1/32 of 512; ordered by ratio. */
  private static final double[][] TABLE = {
    {0.25, 8, 32}, {0.26, 8, 31}, {0.27, 8, 30}, {0.28, 8, 29}, {0.32, 9, 28}, {0.33, 9, 27},
    {0.35, 9, 26}, {0.4, 10, 25}, {0.42, 10, 24}, {0.48, 11, 23}, {0.5, 11, 22}, {0.52, 11, 21},
    {0.57, 12, 21}, {0.6, 12, 20}, {0.68, 13, 19}, {0.72, 13, 18}, {0.78, 14, 18}, {0.82, 14, 17},
    {0.88, 15, 17}, {0.94, 15, 16}, {1.0, 16, 16}, {1.07, 16, 15}, {1.13, 17, 15}, {1.21, 17, 14},
    {1.29, 18, 14}, {1.38, 18, 13}, {1.46, 19, 13}, {1.67, 20, 12}, {1.75, 21, 12}, {2.0, 22, 11},
    {2.09, 23, 11}, {2.4, 24, 10}, {2.5, 25, 10}, {2.89, 26, 9}, {3.0, 27, 9}, {3.11, 28, 9},
    {3.62, 29, 8}, {3.75, 30, 8}, {3.88, 31, 8}, {4.0, 32, 8},
  };

  private static final List<Double> ONLY_FROM_2048 =
      List.of(0.26, 0.27, 2.89, 3.11, 3.62, 3.75, 3.88);

  private static final List<AspectBins> PUBLISHED =
      List.of(
          new AspectBins(512), new AspectBins(1024), new AspectBins(2048), new AspectBins(4096));

  private final int base;
  private final List<Bin> bins;

  /** A size with its published ratio, which is rounded to two decimals. */
  private record Bin(double ratio, ImageSize size) {}

  private AspectBins(int base) {
    this.base = base;
    int unit = base / 16;
    List<Bin> list = new ArrayList<>();
    for (double[] row : TABLE) {
      if (base >= 2048 || !ONLY_FROM_2048.contains(row[0])) {
        list.add(new Bin(row[0], new ImageSize((int) (row[1] * unit), (int) (row[2] * unit))));
      }
    }
    bins = List.copyOf(list);
  }

  /**
   * The bins of a resolution.
   *
   * @param base side of the square in pixels: 512, 1024, 2048 or 4096; others have no bins
   */
  public static Optional<AspectBins> forBase(int base) {
    return PUBLISHED.stream().filter(bins -> bins.base == base).findFirst();
  }

  /** All sizes, from the widest to the tallest. */
  public List<ImageSize> sizes() {
    return bins.stream().map(Bin::size).toList();
  }

  /**
   * The size with the nearest published ratio of height to width; of two equally near ones the
   * wider. Follows {@code PixArtImageProcessor.classify_height_width_bin}.
   *
   * @param height pixels, at least 1
   * @param width pixels, at least 1
   */
  public ImageSize nearest(int height, int width) {
    ImageSize wanted = new ImageSize(height, width);
    double ratio = (double) wanted.height() / wanted.width();
    Bin nearest = bins.get(0);
    for (Bin bin : bins) {
      if (Math.abs(bin.ratio() - ratio) < Math.abs(nearest.ratio() - ratio)) {
        nearest = bin;
      }
    }
    return nearest.size();
  }
}
