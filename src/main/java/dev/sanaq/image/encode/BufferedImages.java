package dev.sanaq.image.encode;

import dev.sanaq.image.RgbImage;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes images through ImageIO, without copying the samples. */
final class BufferedImages {
  private static final int[] RED_GREEN_BLUE = {0, 1, 2};

  private BufferedImages() {}

  /** Encodes the image with the writer, and disposes the writer. */
  static byte[] write(RgbImage image, ImageWriter writer, ImageWriteParam param) {
    ByteArrayOutputStream file = new ByteArrayOutputStream(image.samples().length / 8 + 1024);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(toBufferedImage(image), null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException("an image could not be written to memory", e);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }

  private static BufferedImage toBufferedImage(RgbImage image) {
    int stride = image.width() * RED_GREEN_BLUE.length;
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(image.samples(), image.samples().length),
            image.width(),
            image.height(),
            stride,
            RED_GREEN_BLUE.length,
            RED_GREEN_BLUE,
            null);
    ComponentColorModel colours =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            ComponentColorModel.OPAQUE,
            DataBuffer.TYPE_BYTE);
    return new BufferedImage(colours, raster, false, null);
  }
}
