package dev.sanaq.image.decode;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import dev.sanaq.files.FileErrors;
import dev.sanaq.image.RgbaImage;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes PNG, JPEG and WebP files, recognised by their first bytes. Any number of threads. */
public final class ImageDecoder {
  /** A larger size in a header is more likely damage or a decompression bomb. */
  private static final long MAX_PIXELS = 1L << 28;

  private ImageDecoder() {}

  /**
   * Reads a file's first image, in its EXIF orientation.
   *
   * @throws UnreadableImageException if it is missing, damaged, too large, or of another format. A
   *     decoder's warning counts as damage: JPEG's only warns about a truncated file
   */
  public static RgbaImage read(Path file) throws UnreadableImageException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UnreadableImageException(file, FileErrors.reason(e));
    }
    try {
      return decode(file, bytes);
    } catch (IOException e) {
      throw new UnreadableImageException(file, "damaged or unreadable: " + e.getMessage());
    }
  }

  private static RgbaImage decode(Path file, byte[] bytes)
      throws UnreadableImageException, IOException {
    ImageReader reader = readerFor(file, bytes);
    List<String> warnings = new ArrayList<>();
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(input, true, true);
      checkSize(file, reader.getWidth(0), reader.getHeight(0));
      BufferedImage image = reader.read(0);
      if (!warnings.isEmpty()) {
        throw new UnreadableImageException(file, "damaged: " + warnings.get(0));
      }
      RgbaImage stored = isGrayscale(image) ? grayToRgba(image.getRaster()) : colorToRgba(image);
      return ExifOrientation.readExif(bytes).apply(stored);
    } catch (RuntimeException e) {
      // Damage makes the decoders throw all kinds of exceptions.
      throw new UnreadableImageException(file, "damaged");
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader readerFor(Path file, byte[] bytes)
      throws UnreadableImageException, IOException {
    String start = new String(bytes, 0, Math.min(bytes.length, 12), StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u0089PNG")) {
      return ImageIO.getImageReadersByFormatName("png").next();
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return ImageIO.getImageReadersByFormatName("jpeg").next();
    }
    if (start.startsWith("RIFF") && start.endsWith("WEBP")) {
      return new WebPImageReaderSpi().createReaderInstance(null);
    }
    throw new UnreadableImageException(file, "is neither PNG nor JPEG nor WebP");
  }

  private static void checkSize(Path file, int width, int height) throws UnreadableImageException {
    if ((long) width * height > MAX_PIXELS) {
      throw new UnreadableImageException(
          file, "%s x %s pixels are too many to read".formatted(width, height));
    }
  }

  private static RgbaImage colorToRgba(BufferedImage image) {
    int[] argb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    byte[] samples = new byte[4 * argb.length];
    for (int i = 0; i < argb.length; i++) {
      samples[4 * i] = (byte) (argb[i] >> 16);
      samples[4 * i + 1] = (byte) (argb[i] >> 8);
      samples[4 * i + 2] = (byte) argb[i];
      samples[4 * i + 3] = (byte) (argb[i] >> 24);
    }
    return new RgbaImage(image.getWidth(), image.getHeight(), samples);
  }

  private static boolean isGrayscale(BufferedImage image) {
    return image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
  }

  /** Copies the samples: Java would treat grey as linear light and brighten it. */
  private static RgbaImage grayToRgba(Raster raster) {
    int shift = raster.getTransferType() == DataBuffer.TYPE_USHORT ? 8 : 0;
    boolean alpha = raster.getNumBands() > 1;
    byte[] samples = new byte[4 * raster.getWidth() * raster.getHeight()];
    for (int i = 0; i < raster.getWidth() * raster.getHeight(); i++) {
      int x = i % raster.getWidth();
      int y = i / raster.getWidth();
      byte value = (byte) (raster.getSample(x, y, 0) >> shift);
      samples[4 * i] = value;
      samples[4 * i + 1] = value;
      samples[4 * i + 2] = value;
      samples[4 * i + 3] = alpha ? (byte) (raster.getSample(x, y, 1) >> shift) : (byte) 0xff;
    }
    return new RgbaImage(raster.getWidth(), raster.getHeight(), samples);
  }
}
