package dev.sanaq.image.decode;

import dev.sanaq.image.RgbaImage;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
  private static final int TAG = 0x0112;
  private static final int TIFF_ENTRY_BYTES = 12;
  private static final int TIFF_LONG = 4;
  private static final int APP1 = 0xe1;
  private static final int START_OF_SCAN = 0xda;
  private static final String JPEG_PREAMBLE = "Exif\0\0";

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
      Optional<byte[]> exif = file[0] == (byte) 0xff ? exifSegment(file) : exifChunk(file);
      int number = exif.map(ExifOrientation::number).orElse(0);
      return number < 1 || number > values().length ? NORMAL : values()[number - 1];
    } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException e) {
      return NORMAL; // the pixels may be intact although the metadata is not
    }
  }

  /** The tag's value in the first directory of a TIFF structure; 0 without one. */
  private static int number(byte[] exif) {
    ByteBuffer tiff = ByteBuffer.wrap(exif);
    tiff.order(exif[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = Short.toUnsignedInt(tiff.getShort(directory));
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + i * TIFF_ENTRY_BYTES;
      if (Short.toUnsignedInt(tiff.getShort(entry)) == TAG) {
        int type = tiff.getShort(entry + 2);
        return type == TIFF_LONG ? tiff.getInt(entry + 8) : tiff.getShort(entry + 8);
      }
    }
    return 0;
  }

  /** The Exif data of a JPEG file: a segment before the pixels. */
  private static Optional<byte[]> exifSegment(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file, 2, file.length - 2); // after the signature
    while (bytes.remaining() >= 4 && bytes.get() == (byte) 0xff) {
      int marker = Byte.toUnsignedInt(bytes.get());
      if (marker == 0xff) { // a byte that fills up
        bytes.position(bytes.position() - 1);
        continue;
      }
      if (marker == START_OF_SCAN) {
        break;
      }
      int length = Math.max(0, Short.toUnsignedInt(bytes.getShort()) - 2); // without itself
      byte[] segment = new byte[length];
      bytes.get(segment);
      if (marker == APP1 && startsWithPreamble(segment)) {
        return Optional.of(withoutPreamble(segment));
      }
    }
    return Optional.empty();
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
    return startsWithPreamble(exif)
        ? Arrays.copyOfRange(exif, JPEG_PREAMBLE.length(), exif.length)
        : exif;
  }

  private static boolean startsWithPreamble(byte[] exif) {
    int length = Math.min(JPEG_PREAMBLE.length(), exif.length);
    return new String(exif, 0, length, StandardCharsets.ISO_8859_1).equals(JPEG_PREAMBLE);
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
