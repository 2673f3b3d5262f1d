package dev.sanaq.image.decode;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import dev.sanaq.image.RgbaImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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

  /**
   * A file's orientation; {@link #NORMAL} if it has none that can be read. Reads the Exif data
   * alone: other metadata may be compressed, and expand beyond the memory.
   */
  static ExifOrientation readExif(byte[] file) {
    try {
      Metadata metadata = new Metadata();
      Optional<byte[]> chunk = exifChunk(file);
      if (chunk.isPresent()) {
        new ExifReader().extract(new ByteArrayReader(chunk.get()), metadata);
      } else if (file[0] == (byte) 0xff) {
        metadata =
            JpegMetadataReader.readMetadata(
                new ByteArrayInputStream(file), List.of(new ExifReader()));
      }
      ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer number =
          directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return number == null || number < 1 || number > values().length
          ? NORMAL
          : values()[number - 1];
    } catch (ImageProcessingException | IOException | RuntimeException e) {
      return NORMAL; // the pixels may be intact although the metadata is not
    }
  }

  /** The Exif data of a PNG or WebP file. */
  private static Optional<byte[]> exifChunk(byte[] file) {
    boolean png = file[0] == (byte) 0x89;
    if (!png && file[0] != 'R') {
      return Optional.empty();
    }
    ByteBuffer bytes =
        ByteBuffer.wrap(file).order(png ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    bytes.position(png ? 8 : 12); // after the signature
    while (bytes.remaining() >= 8) {
      int length = png ? bytes.getInt() : 0;
      byte[] type = new byte[4];
      bytes.get(type);
      length = png ? length : bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        return Optional.empty();
      }
      if (new String(type, StandardCharsets.ISO_8859_1).equalsIgnoreCase("eXIf")) {
        byte[] exif = new byte[length];
        bytes.get(exif);
        return Optional.of(withoutPreamble(exif));
      }
      // A checksum follows in PNG, a padding byte after odd lengths in WebP.
      bytes.position(Math.min(bytes.limit(), bytes.position() + length + (png ? 4 : length & 1)));
    }
    return Optional.empty();
  }

  /** Some programs write JPEG's preamble into WebP files. */
  private static byte[] withoutPreamble(byte[] exif) {
    int length = ExifReader.JPEG_SEGMENT_PREAMBLE.length();
    String start = new String(exif, 0, Math.min(length, exif.length), StandardCharsets.ISO_8859_1);
    return start.equals(ExifReader.JPEG_SEGMENT_PREAMBLE)
        ? Arrays.copyOfRange(exif, length, exif.length)
        : exif;
  }

  /** Whether the image is as wide as the file is high. */
  boolean swapsAxes() {
    return swapAxes;
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
