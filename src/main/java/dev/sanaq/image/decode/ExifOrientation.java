package dev.sanaq.image.decode;

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

  /** Whether the file's rows are the image's columns. */
  private final boolean swapAxes;

  /** Whether the file's columns, or rows, run the other way. */
  private final boolean flipX;

  private final boolean flipY;

  ExifOrientation(boolean swapped, boolean fromRight, boolean fromBottom) {
    this.swapAxes = swapped;
    this.flipX = fromRight;
    this.flipY = fromBottom;
  }

  /** What a file says; upright where it says nothing that can be read. */
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
      return NORMAL; // pixels can be whole where what is said of them is not
    }
  }

  /** The image as it was meant. */
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
