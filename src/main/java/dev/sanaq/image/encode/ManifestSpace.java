package dev.sanaq.image.encode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where an encoded file gets a C2PA manifest (C2PA specification, appendix on embedding manifests):
 * a chunk {@code caBX} of a PNG, {@code APP11} segments of a JPEG, the chunk {@code C2PA} at the
 * end of a WebP. Any number of threads.
 */
public abstract class ManifestSpace {
  private final byte[] file;
  private final int offset;

  private ManifestSpace(byte[] file, int offset) {
    this.file = file;
    this.offset = offset;
  }

  static ManifestSpace ofPng(byte[] file) {
    return new Png(file);
  }

  static ManifestSpace ofJpeg(byte[] file) {
    return new Jpeg(file);
  }

  static ManifestSpace ofWebp(byte[] file) {
    return new Webp(WebpContainer.extend(file, 0));
  }

  /** Where in the file the manifest with its chunk or segments begins. */
  public final int offset() {
    return offset;
  }

  /**
   * Length of a manifest with its chunk or segments, which a hash of the file leaves out.
   *
   * @param manifestBytes an even number, so that no format pads it
   */
  public final int length(int manifestBytes) {
    if (manifestBytes % 2 != 0) {
      throw new IllegalArgumentException("a manifest of odd length: " + manifestBytes);
    }
    return wrap(new byte[manifestBytes]).length;
  }

  /** The file with a manifest; the bytes outside of it depend on nothing but its length. */
  public final byte[] insert(byte[] manifest) {
    byte[] wrapped = wrap(manifest);
    byte[] longer =
        ByteBuffer.allocate(file.length + wrapped.length)
            .put(file, 0, offset)
            .put(wrapped)
            .put(file, offset, file.length - offset)
            .array();
    return finish(longer);
  }

  abstract byte[] wrap(byte[] manifest);

  byte[] finish(byte[] longer) {
    return longer;
  }

  private static final class Png extends ManifestSpace {
    private static final int SIGNATURE_BYTES = 8;
    private static final int IHDR_BYTES = 25;

    Png(byte[] file) {
      super(file, SIGNATURE_BYTES + IHDR_BYTES);
    }

    @Override
    byte[] wrap(byte[] manifest) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(manifest.length + 12);
      PngEncoder.writeChunk(out, "caBX", manifest);
      return out.toByteArray();
    }
  }

  /** A JUMBF box in JPEG XT's segments (ISO/IEC 19566-5, annex D). */
  private static final class Jpeg extends ManifestSpace {
    private static final short APP11 = (short) 0xffeb;
    private static final short COMMON_IDENTIFIER = 0x4a50; // JP
    private static final short BOX_INSTANCE = 1;
    private static final int SEGMENT_HEADER_BYTES = 12;
    private static final int BOX_HEADER_BYTES = 8;
    // The length has 16 bits; it counts all but the marker.
    private static final int MAX_DATA_BYTES = 0xffff - 10 - BOX_HEADER_BYTES;

    Jpeg(byte[] file) {
      super(file, XmpSegment.afterJfif(file));
    }

    @Override
    byte[] wrap(byte[] manifest) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(manifest.length + 64);
      for (int at = 0, number = 1; at < manifest.length; at += MAX_DATA_BYTES, number++) {
        byte[] data =
            Arrays.copyOfRange(manifest, at, Math.min(manifest.length, at + MAX_DATA_BYTES));
        // Every segment but the first, which begins with it, repeats the header of the box.
        int repeated = at == 0 ? 0 : BOX_HEADER_BYTES;
        out.writeBytes(
            ByteBuffer.allocate(SEGMENT_HEADER_BYTES + repeated + data.length)
                .putShort(APP11)
                .putShort((short) (SEGMENT_HEADER_BYTES - Short.BYTES + repeated + data.length))
                .putShort(COMMON_IDENTIFIER)
                .putShort(BOX_INSTANCE)
                .putInt(number)
                .put(manifest, 0, repeated)
                .put(data)
                .array());
      }
      return out.toByteArray();
    }
  }

  private static final class Webp extends ManifestSpace {
    Webp(byte[] extended) {
      super(extended, extended.length);
    }

    @Override
    byte[] wrap(byte[] manifest) {
      return WebpContainer.chunk("C2PA", manifest);
    }

    @Override
    byte[] finish(byte[] longer) {
      return WebpContainer.withSize(longer);
    }
  }
}
