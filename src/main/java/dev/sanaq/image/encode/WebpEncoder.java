package dev.sanaq.image.encode;

import com.luciad.imageio.webp.CompressionType;
import com.luciad.imageio.webp.WebPImageWriterSpi;
import com.luciad.imageio.webp.WebPWriteParam;
import dev.sanaq.image.RgbImage;
import java.util.Locale;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/**
 * Encodes lossy WebP files with libwebp. Its native library is unpacked into {@code
 * com.luciad.imageio.webp.tmpdir} and loaded on first use.
 */
final class WebpEncoder {
  /** WebP has 14 bits for a side. */
  static final int MAX_SIDE = 16_383;

  private WebpEncoder() {}

  /**
   * Encodes an image.
   *
   * @param quality 0 to 1
   * @throws IllegalArgumentException if a side is longer than {@link #MAX_SIDE}
   */
  static byte[] encode(RgbImage image, float quality) {
    if (Math.max(image.width(), image.height()) > MAX_SIDE) {
      throw new IllegalArgumentException(
          "a WebP file is at most %s pixels a side".formatted(MAX_SIDE));
    }
    ImageWriter writer = new WebPImageWriterSpi().createWriterInstance(null);
    WebPWriteParam param = new WebPWriteParam(Locale.ROOT);
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionType(CompressionType.Lossy);
    param.setCompressionQuality(quality);
    return BufferedImages.write(image, writer, param);
  }
}
