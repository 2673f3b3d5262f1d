package dev.sanaq.image.decode;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import dev.sanaq.image.RgbaImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * The orientation of a camera's file (Exif 2.32, tag 0x0112): how to turn its pixels for display.
 */
enum ExifOrientation {
  NORMAL(false, false, false),
  FLIP_HORIZONTAL(false, true, false),
  ROTATE_180(false, true, true),
  FLIP_VERTICAL(false, false, true),
  TRANSPOSE(true, false, false),
  ROTATE_90_CW(true, false, true),
  TRANSVERSE(true, true, true),
  ROTATE_270_CW(true, true, false);

  private static final int BYTES_PER_PIXEL = 4;

  /** Whether rows of the file are columns of the image. */
  private final boolean swapAxes;

  /** Whether the columns of the file run from right to left. */
  private final boolean flipX;

  private final boolean flipY;

  ExifOrientation(boolean swapAxes, boolean flipX, boolean flipY) {
    this.swapAxes = swapAxes;
    this.flipX = flipX;
    this.flipY = flipY;
  }

  /** A file's orientation; {@link #NORMAL} if it has none that can be read. */
  static ExifOrientation readExif(byte[] file) {
    try {
      ExifIFD0Directory directory =
          ImageMetadataReader.readMetadata(new ByteArrayInputStream(file))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer number =
          directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return number == null || number < 1 || number > values().length
          ? NORMAL
          : values()[number - 1];
    } catch (ImageProcessingException | IOException | RuntimeException e) {
      return NORMAL; // the pixels may be intact although the metadata is not
    }
  }

  /** Turns the image for display. */
  RgbaImage apply(RgbaImage image) {
    if (this == NORMAL) {
      return image;
    }
    int width = swapAxes ? image.height() : image.width();
    int height = swapAxes ? image.width() : image.height();
    byte[] samples = new byte[image.samples().length];
    for (int i = 0; i < width * height; i++) {
      int across = swapAxes ? i / width : i % width;
      int down = swapAxes ? i % width : i / width;
      int x = flipX ? image.width() - 1 - across : across;
      int y = flipY ? image.height() - 1 - down : down;
      System.arraycopy(
          image.samples(),
          BYTES_PER_PIXEL * (y * image.width() + x),
          samples,
          BYTES_PER_PIXEL * i,
          BYTES_PER_PIXEL);
    }
    return new RgbaImage(width, height, samples);
  }
}
