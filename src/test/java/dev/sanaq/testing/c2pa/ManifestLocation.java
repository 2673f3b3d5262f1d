package dev.sanaq.testing.c2pa;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Finds the manifest of a PNG, JPEG or WebP file.
 *
 * @param start of the first byte that belongs to the manifest or its envelope
 * @param length of all of them
 * @param manifest without the envelope
 */
@SuppressWarnings("ArrayRecordComponent")
record ManifestLocation(int start, int length, byte[] manifest) {
  static ManifestLocation of(byte[] file) {
    return switch (file[0]) {
      case 'R' -> inWebp(file);
      case (byte) 0xff -> inJpeg(file);
      default -> inPng(file);
    };
  }

  private static ManifestLocation inPng(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    for (int at = 8; at < file.length; at += 12 + in.getInt(at)) {
      if (text(file, at + 4).equals("caBX")) {
        byte[] data = new byte[in.getInt(at)];
        in.get(at + 8, data);
        CRC32 crc = new CRC32();
        crc.update(file, at + 4, 4 + data.length);
        if ((int) crc.getValue() != in.getInt(at + 8 + data.length)) {
          throw new IllegalArgumentException("wrong CRC of caBX");
        }
        return new ManifestLocation(at, 12 + data.length, data);
      }
    }
    throw new IllegalArgumentException("no caBX");
  }

  private static ManifestLocation inJpeg(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    ByteArrayOutputStream manifest = new ByteArrayOutputStream();
    int start = -1;
    int end = -1;
    int number = 1;
    for (int at = 2; in.getChar(at) != 0xffda; at += 2 + in.getChar(at + 2)) {
      if (in.getChar(at) != 0xffeb) {
        continue;
      }
      if (!new String(file, at + 4, 2, StandardCharsets.US_ASCII).equals("JP")
          || in.getInt(at + 8) != number++
          || end >= 0 && at != end) {
        throw new IllegalArgumentException("wrong APP11 at " + at);
      }
      int skipped = start < 0 ? 12 : 20;
      start = start < 0 ? at : start;
      end = at + 2 + in.getChar(at + 2);
      manifest.write(file, at + skipped, end - at - skipped);
    }
    return new ManifestLocation(start, end - start, manifest.toByteArray());
  }

  private static ManifestLocation inWebp(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(4) != file.length - 8 || !text(file, 12).equals("VP8X")) {
      throw new IllegalArgumentException("not an extended WebP of this length");
    }
    for (int at = 12; at < file.length; at += 8 + in.getInt(at + 4) + in.getInt(at + 4) % 2) {
      if (text(file, at).equals("C2PA")) {
        byte[] data = new byte[in.getInt(at + 4)];
        in.get(at + 8, data);
        return new ManifestLocation(at, 8 + data.length, data);
      }
    }
    throw new IllegalArgumentException("no chunk C2PA");
  }

  private static String text(byte[] file, int at) {
    return new String(file, at, 4, StandardCharsets.US_ASCII);
  }
}
