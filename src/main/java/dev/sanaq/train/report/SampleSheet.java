package dev.sanaq.train.report;

import dev.sanaq.files.AtomicFile;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.PngEncoder;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Renders a grid of generated images, each with its caption below. */
public final class SampleSheet {
  private static final int GAP = 8;

  private final List<RgbImage> images;
  private final List<String> captions;
  private final int columns;

  private SampleSheet(List<RgbImage> images, List<String> captions, int columns) {
    this.images = images;
    this.captions = captions;
    this.columns = columns;
  }

  /**
   * Writes a sheet.
   *
   * @param images images of one size, at least one
   * @param captions one per image; truncated to two lines, and omitted if the machine has no fonts
   * @param columns number of columns, at least 1
   * @param png target file, replaced atomically
   */
  public static void write(List<RgbImage> images, List<String> captions, int columns, Path png)
      throws IOException {
    AtomicFile.write(png, PngEncoder.encode(compose(images, captions, columns)));
  }

  /** Renders the sheet; parameters as in {@link #write}. */
  public static RgbImage compose(List<RgbImage> images, List<String> captions, int columns) {
    if (images.isEmpty() || images.size() != captions.size() || columns < 1) {
      throw new IllegalArgumentException(
          "invalid sample sheet: %s images, %s captions, %s columns"
              .formatted(images.size(), captions.size(), columns));
    }
    return new SampleSheet(images, captions, Math.min(columns, images.size())).composeGrid();
  }

  private RgbImage composeGrid() {
    int rows = (images.size() + columns - 1) / columns;
    BufferedImage sheet =
        new BufferedImage(
            GAP + columns * cellWidth(), GAP + rows * cellHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    try {
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
      CaptionRenderer captionRenderer = new CaptionRenderer(graphics, images.get(0).width());
      for (int i = 0; i < images.size(); i++) {
        int x = GAP + i % columns * cellWidth();
        int y = GAP + i / columns * cellHeight();
        pasteImage(images.get(i), sheet, x, y);
        captionRenderer.render(captions.get(i), x, y + images.get(i).height());
      }
    } finally {
      graphics.dispose();
    }
    return toRgbImage(sheet);
  }

  private int cellWidth() {
    return images.get(0).width() + GAP;
  }

  private int cellHeight() {
    return images.get(0).height() + CaptionRenderer.HEIGHT + GAP;
  }

  private static void pasteImage(RgbImage image, BufferedImage sheet, int left, int top) {
    byte[] samples = image.samples();
    for (int i = 0; i < image.width() * image.height(); i++) {
      int rgb =
          (samples[3 * i] & 0xff) << 16
              | (samples[3 * i + 1] & 0xff) << 8
              | (samples[3 * i + 2] & 0xff);
      sheet.setRGB(left + i % image.width(), top + i / image.width(), rgb);
    }
  }

  private static RgbImage toRgbImage(BufferedImage sheet) {
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
