package dev.sanaq.image.encode;

import dev.sanaq.image.RgbImage;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.plugins.jpeg.JPEGImageWriteParam;

/**
 * Encodes JPEG files (JFIF, baseline, 4:2:0) with the JDK's libjpeg. ImageIO and AWT load on first
 * use.
 */
final class JpegEncoder {
  private JpegEncoder() {}

  /**
   * Encodes an image.
   *
   * @param quality 0 to 1
   */
  static byte[] encode(RgbImage image, float quality) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    JPEGImageWriteParam param = new JPEGImageWriteParam(Locale.ROOT);
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(quality);
    param.setOptimizeHuffmanTables(true);
    return BufferedImages.write(image, writer, param);
  }
}
