package dev.sanaq.image.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.RgbImage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScribbleThinningTest {
  private static final String[] BAR = {
    "..............", //
    "..............",
    "..##########..",
    "..##########..",
    "..##########..",
    "..............",
    ".............."
  };

  private static final String[] LINE = {
    "..............", //
    "..............",
    "..............",
    "...#######....",
    "..............",
    "..............",
    ".............."
  };

  @Test
  void thickStroke_becomesItsMiddleLine() {
    String[] lines = BinaryImages.lines(new ScribbleThinning().process(BinaryImages.of(BAR)));
    assertThat(lines).containsExactly(LINE);
  }

  @Test
  void darkStrokesOnLightPaper_giveTheSameLines() {
    String[] inverted =
        Arrays.stream(BAR)
            .map(line -> line.replace('#', 'x').replace('.', '#').replace('x', '.'))
            .toArray(String[]::new);
    assertThat(BinaryImages.lines(new ScribbleThinning().process(BinaryImages.of(inverted))))
        .containsExactly(LINE);
  }

  /** Nothing is wider than a line, and what was connected stays so. */
  @Test
  void randomStrokes_areThinAndStayConnected() {
    int side = 64;
    boolean[] pixels = new boolean[side * side];
    Random random = new Random(4);
    int x = 20;
    int y = 20;
    for (int i = 0; i < 400; i++) {
      x = Math.min(Math.max(x + random.nextInt(3) - 1, 4), side - 5);
      y = Math.min(Math.max(y + random.nextInt(3) - 1, 4), side - 5);
      for (int k = 0; k < 25; k++) {
        pixels[(y + k / 5 - 2) * side + x + k % 5 - 2] = true;
      }
    }
    boolean[] expected = pixels.clone();
    plainThinning(side, expected);

    new ZhangSuenThinning(side, side, pixels).run();

    assertThat(pixels).isEqualTo(expected).contains(true);
  }

  /** A white disc as large as the image is thinned without many passes over all pixels. */
  @Test
  void largeBlob_isThinnedInTime() {
    int side = 2048;
    byte[] samples = new byte[3 * side * side];
    for (int i = 0; i < samples.length; i++) {
      long dx = i / 3 % side - side / 2;
      long dy = i / 3 / side - side / 2;
      samples[i] = dx * dx + dy * dy < 600 * 600 ? (byte) 0xff : 0;
    }
    long start = System.nanoTime();
    RgbImage lines = new ScribbleThinning().process(new RgbImage(side, side, samples));
    assertThat(lines.samples()).contains(-1);
    assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
  }

  /** Zhang and Suen's algorithm as published: every pixel in every pass. */
  private static void plainThinning(int side, boolean[] pixels) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int pass = 0; pass < 2; pass++) {
        boolean[] before = pixels.clone();
        for (int i = 0; i < pixels.length; i++) {
          if (before[i] && isRemoved(side, before, i, pass)) {
            pixels[i] = false;
            changed = true;
          }
        }
      }
    }
  }

  private static boolean isRemoved(int side, boolean[] p, int i, int pass) {
    int[] around = {-side, 1 - side, 1, side + 1, side, side - 1, -1, -side - 1};
    int count = 0;
    int transitions = 0;
    for (int k = 0; k < 8; k++) {
      boolean here = p[i + around[k]];
      count += here ? 1 : 0;
      transitions += !here && p[i + around[(k + 1) % 8]] ? 1 : 0;
    }
    boolean north = p[i - side];
    boolean east = p[i + 1];
    boolean south = p[i + side];
    boolean west = p[i - 1];
    boolean first = pass == 0 ? north && east && south : north && east && west;
    boolean second = pass == 0 ? east && south && west : north && south && west;
    return count >= 2 && count <= 6 && transitions == 1 && !first && !second;
  }
}
