package dev.sanaq.train.report;

import dev.sanaq.image.PngEncoder;
import dev.sanaq.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Pictures side by side, each with its caption below: what a run draws at one moment. */
public final class SampleSheet {
  private static final int GAP = 8;

  private final List<RgbImage> pictures;
  private final List<String> captions;
  private final int columns;

  private SampleSheet(List<RgbImage> pictures, List<String> captions, int columns) {
    this.pictures = pictures;
    this.captions = captions;
    this.columns = columns;
  }

  /**
   * Writes a sheet.
   *
   * @param pictures of one size, at least one
   * @param captions one a picture; what does not fit into two lines is cut, and where the machine
   *     has no fonts they are left out
   * @param columns at least 1
   * @param png written whole or not at all; an older one is replaced
   */
  public static void write(List<RgbImage> pictures, List<String> captions, int columns, Path png)
      throws IOException {
    Path part = png.resolveSibling(png.getFileName() + ".part");
    Files.write(part, PngEncoder.encode(of(pictures, captions, columns)));
    Files.move(part, png, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The sheet as a picture, with parameters as in {@link #write}. */
  public static RgbImage of(List<RgbImage> pictures, List<String> captions, int columns) {
    if (pictures.isEmpty() || pictures.size() != captions.size() || columns < 1) {
      throw new IllegalArgumentException(
          "a sheet of %d pictures, %d captions and %d columns"
              .formatted(pictures.size(), captions.size(), columns));
    }
    return new SampleSheet(pictures, captions, Math.min(columns, pictures.size())).drawn();
  }

  private RgbImage drawn() {
    int rows = (pictures.size() + columns - 1) / columns;
    BufferedImage sheet =
        new BufferedImage(
            GAP + columns * cellWidth(), GAP + rows * cellHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    try {
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
      Lettering lettering = new Lettering(graphics, pictures.get(0).width());
      for (int i = 0; i < pictures.size(); i++) {
        int x = GAP + i % columns * cellWidth();
        int y = GAP + i / columns * cellHeight();
        paint(pictures.get(i), sheet, x, y);
        lettering.write(captions.get(i), x, y + pictures.get(i).height());
      }
    } finally {
      graphics.dispose();
    }
    return rgb(sheet);
  }

  private int cellWidth() {
    return pictures.get(0).width() + GAP;
  }

  private int cellHeight() {
    return pictures.get(0).height() + Lettering.HEIGHT + GAP;
  }

  private static void paint(RgbImage picture, BufferedImage sheet, int left, int top) {
    byte[] samples = picture.samples();
    for (int i = 0; i < picture.width() * picture.height(); i++) {
      int rgb =
          (samples[3 * i] & 0xff) << 16
              | (samples[3 * i + 1] & 0xff) << 8
              | (samples[3 * i + 2] & 0xff);
      sheet.setRGB(left + i % picture.width(), top + i / picture.width(), rgb);
    }
  }

  private static RgbImage rgb(BufferedImage sheet) {
    int[] pixels =
        sheet.getRGB(0, 0, sheet.getWidth(), sheet.getHeight(), null, 0, sheet.getWidth());
    byte[] samples = new byte[3 * pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      samples[3 * i] = (byte) (pixels[i] >> 16);
      samples[3 * i + 1] = (byte) (pixels[i] >> 8);
      samples[3 * i + 2] = (byte) pixels[i];
    }
    return new RgbImage(sheet.getWidth(), sheet.getHeight(), samples);
  }
}
