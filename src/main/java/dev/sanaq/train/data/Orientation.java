package dev.sanaq.train.data;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import dev.sanaq.image.RgbaImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * How a camera was held (Exif 2.32, tag 0x0112): its files lie as the sensor saw them, and say how
 * they are to be turned.
 */
enum Orientation {
  UPRIGHT(false, false, false),
  MIRRORED(false, true, false),
  UPSIDE_DOWN(false, true, true),
  FLIPPED(false, false, true),
  TRANSPOSED(true, false, false),
  TURN_RIGHT(true, false, true),
  TRANSVERSED(true, true, true),
  TURN_LEFT(true, true, false);

  private static final int PIXEL = 4;

  /** Whether the file's rows are the picture's columns. */
  private final boolean swapped;

  /** Whether the file's columns, or rows, run the other way. */
  private final boolean fromRight;

  private final boolean fromBottom;

  Orientation(boolean swapped, boolean fromRight, boolean fromBottom) {
    this.swapped = swapped;
    this.fromRight = fromRight;
    this.fromBottom = fromBottom;
  }

  /** What a file says; upright where it says nothing that can be read. */
  static Orientation of(byte[] file) {
    try {
      ExifIFD0Directory directory =
          ImageMetadataReader.readMetadata(new ByteArrayInputStream(file))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer number =
          directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return number == null || number < 1 || number > values().length
          ? UPRIGHT
          : values()[number - 1];
    } catch (ImageProcessingException | IOException | RuntimeException e) {
      return UPRIGHT; // pixels can be whole where what is said of them is not
    }
  }

  /** The picture as it was meant. */
  RgbaImage upright(RgbaImage image) {
    if (this == UPRIGHT) {
      return image;
    }
    int width = swapped ? image.height() : image.width();
    int height = swapped ? image.width() : image.height();
    byte[] samples = new byte[image.samples().length];
    for (int i = 0; i < width * height; i++) {
      int across = swapped ? i / width : i % width;
      int down = swapped ? i % width : i / width;
      int x = fromRight ? image.width() - 1 - across : across;
      int y = fromBottom ? image.height() - 1 - down : down;
      System.arraycopy(image.samples(), PIXEL * (y * image.width() + x), samples, PIXEL * i, PIXEL);
    }
    return new RgbaImage(width, height, samples);
  }
}
