package dev.sanaq.image.encode;

import dev.sanaq.image.RgbImage;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.plugins.jpeg.JPEGImageWriteParam;

/**
 * Writes JPEG files (JFIF, baseline, colours at half the resolution) with the JDK's own libjpeg.
 * ImageIO and AWT are loaded when the first one is asked for.
 */
final class JpegEncoder {
  private JpegEncoder() {}

  /** The image as a JPEG file of a quality from 0 to 100. */
  static byte[] encode(RgbImage image, int quality) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    JPEGImageWriteParam param = new JPEGImageWriteParam(Locale.ROOT);
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality((float) quality / ImageFormat.MAX_QUALITY);
    param.setOptimizeHuffmanTables(true);
    return BufferedImages.write(image, writer, param);
  }
}
