package dev.sanaq.image.preprocess;

import java.util.Arrays;

/**
 * Zhang and Suen's thinning, in place. A pixel is examined again only after a neighbour was
 * removed, so the work grows with the number of pixels and not with the width of the strokes.
 */
final class ZhangSuenThinning {
  /** Neighbours from the one above, clockwise. */
  private static final int[] DX = {0, 1, 1, 1, 0, -1, -1, -1};

  private static final int[] DY = {-1, -1, 0, 1, 1, 1, 0, -1};

  private static final int NORTH = 0;
  private static final int EAST = 2;
  private static final int SOUTH = 4;
  private static final int WEST = 6;

  private final int width;
  private final int height;
  private final boolean[] pixels;

  /** The last pass that each pixel was put on the list of, so that it is there once. */
  private final int[] listedIn;

  /**
   * @param pixels what is part of a stroke, row by row; changed by {@link #run}
   */
  ZhangSuenThinning(int width, int height, boolean[] pixels) {
    this.width = width;
    this.height = height;
    this.pixels = pixels;
    this.listedIn = new int[pixels.length];
  }

  /** Removes pixels until the strokes are lines. */
  void run() {
    int[] all = new int[pixels.length];
    int count = 0;
    for (int i = 0; i < pixels.length; i++) {
      if (pixels[i]) {
        all[count++] = i;
      }
    }
    all = Arrays.copyOf(all, count);
    int[] before = remove(all, true);
    int[] last = remove(all, false);
    for (int pass = 1; before.length + last.length > 0; pass++) {
      int[] removed = remove(neighbours(before, last, pass), pass % 2 == 1);
      before = last;
      last = removed;
    }
  }

  /** Removes those of the candidates that a pass removes, all at once; returns them. */
  private int[] remove(int[] candidates, boolean firstPass) {
    int[] removed = new int[candidates.length];
    int count = 0;
    for (int candidate : candidates) {
      if (pixels[candidate] && isRemovable(candidate, firstPass)) {
        removed[count++] = candidate;
      }
    }
    removed = Arrays.copyOf(removed, count);
    for (int pixel : removed) {
      pixels[pixel] = false;
    }
    return removed;
  }

  private boolean isRemovable(int pixel, boolean firstPass) {
    int x = pixel % width;
    int y = pixel / width;
    boolean[] set = new boolean[DX.length];
    int count = 0;
    for (int i = 0; i < set.length; i++) {
      set[i] = isSet(x + DX[i], y + DY[i]);
      count += set[i] ? 1 : 0;
    }
    if (count < 2 || count > 6 || transitions(set) != 1) {
      return false;
    }
    return firstPass
        ? !(set[NORTH] && set[EAST] && set[SOUTH]) && !(set[EAST] && set[SOUTH] && set[WEST])
        : !(set[NORTH] && set[EAST] && set[WEST]) && !(set[NORTH] && set[SOUTH] && set[WEST]);
  }

  /** How often a set neighbour follows one that is not, clockwise. */
  private static int transitions(boolean[] set) {
    int count = 0;
    for (int i = 0; i < set.length; i++) {
      count += !set[i] && set[(i + 1) % set.length] ? 1 : 0;
    }
    return count;
  }

  private boolean isSet(int x, int y) {
    return x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x];
  }

  /** The pixels beside those that the last two passes removed. */
  private int[] neighbours(int[] before, int[] last, int pass) {
    int[] found = new int[DX.length * (before.length + last.length)];
    int count = 0;
    for (int[] removed : new int[][] {before, last}) {
      for (int pixel : removed) {
        for (int i = 0; i < DX.length; i++) {
          int x = pixel % width + DX[i];
          int y = pixel / width + DY[i];
          if (isSet(x, y) && listedIn[y * width + x] != pass) {
            listedIn[y * width + x] = pass;
            found[count++] = y * width + x;
          }
        }
      }
    }
    return Arrays.copyOf(found, count);
  }
}
