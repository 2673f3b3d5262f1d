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
  /** The bound for input images of generations: 5792 x 5792, about 0.5 GiB while decoding. */
  public static final long MAX_INPUT_PIXELS = 1L << 25;

  /** A larger size in a header is more likely damage or a decompression bomb. */
  private static final long MAX_PIXELS = 1L << 28;

  private static final String WEBP = "webp";

  private ImageDecoder() {}

  /**
   * Reads a file's first image, in its EXIF orientation.
   *
   * @throws UnreadableImageException if it is missing, damaged, too large, or of another format. A
   *     decoder's warning counts as damage: JPEG's only warns about a truncated file
   */
  public static RgbaImage read(Path file) throws UnreadableImageException {
    return read(file, MAX_PIXELS);
  }

  /**
   * As {@link #read(Path)}, with another bound.
   *
   * @param maxPixels more are refused before anything is decoded
   */
  public static RgbaImage read(Path file, long maxPixels) throws UnreadableImageException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UnreadableImageException(file.toString(), FileErrors.reason(e));
    }
    return decode(file.toString(), bytes, maxPixels);
  }

  /**
   * Decodes a file's first image, in its EXIF orientation.
   *
   * @param name of the file in messages
   * @param maxPixels more are refused before anything is decoded
   * @throws UnreadableImageException if it is damaged, too large, or of another format
   */
  public static RgbaImage decode(String name, byte[] bytes, long maxPixels)
      throws UnreadableImageException {
    try {
      return decodeFirst(name, bytes, maxPixels);
    } catch (IOException e) {
      throw new UnreadableImageException(name, "damaged or unreadable: " + e.getMessage());
    }
  }

  /**
   * Reads the format and the size of a file's first image, and decodes none of its pixels.
   *
   * @param name of the file in messages
   * @param maxPixels more are refused
   * @throws UnreadableImageException if the header is damaged, names a size that is too large, or
   *     is of another format
   */
  public static ImageHeader readHeader(String name, byte[] bytes, long maxPixels)
      throws UnreadableImageException {
    ImageReader reader = readerFor(name, bytes);
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(input, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      checkSize(name, width, height, maxPixels);
      return ExifOrientation.readExif(bytes).swapsAxes()
          ? new ImageHeader(formatOf(name, bytes), height, width)
          : new ImageHeader(formatOf(name, bytes), width, height);
    } catch (IOException | RuntimeException e) {
      // Damage makes the decoders throw all kinds of exceptions.
      throw new UnreadableImageException(name, "damaged");
    } finally {
      reader.dispose();
    }
  }

  private static RgbaImage decodeFirst(String file, byte[] bytes, long maxPixels)
      throws UnreadableImageException, IOException {
    ImageReader reader = readerFor(file, bytes);
    List<String> warnings = new ArrayList<>();
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(input, true, true);
      checkSize(file, reader.getWidth(0), reader.getHeight(0), maxPixels);
      BufferedImage image = reader.read(0);
      if (!warnings.isEmpty()) {
        throw new UnreadableImageException(file, "damaged: " + warnings.get(0));
      }
      RgbaImage stored =
          switch (image.getColorModel().getColorSpace().getType()) {
            case ColorSpace.TYPE_GRAY -> grayToRgba(image.getRaster());
            case ColorSpace.TYPE_CMYK -> cmykToRgba(image.getRaster());
            default -> colorToRgba(image);
          };
      return ExifOrientation.readExif(bytes).apply(stored);
    } catch (RuntimeException e) {
      // Damage makes the decoders throw all kinds of exceptions.
      throw new UnreadableImageException(file, "damaged");
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader readerFor(String file, byte[] bytes) throws UnreadableImageException {
    String format = formatOf(file, bytes);
    return format.equals(WEBP)
        ? new WebPImageReaderSpi().createReaderInstance(null)
        : ImageIO.getImageReadersByFormatName(format).next();
  }

  private static String formatOf(String file, byte[] bytes) throws UnreadableImageException {
    String start = new String(bytes, 0, Math.min(bytes.length, 12), StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u0089PNG")) {
      return "png";
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return "jpeg";
    }
    if (start.startsWith("RIFF") && start.endsWith("WEBP")) {
      return WEBP;
    }
    throw new UnreadableImageException(file, "is neither PNG nor JPEG nor WebP");
  }

  private static void checkSize(String file, int width, int height, long maxPixels)
      throws UnreadableImageException {
    if ((long) width * height > maxPixels) {
      throw new UnreadableImageException(
          file,
          "%s x %s pixels are too many to read; at most %s".formatted(width, height, maxPixels));
    }
  }

  private static RgbaImage colorToRgba(BufferedImage image) {
    int width = image.getWidth();
    int[] argb = new int[width];
    byte[] samples = new byte[4 * width * image.getHeight()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, argb, 0, width);
      for (int x = 0; x < width; x++) {
        int at = 4 * (y * width + x);
        samples[at] = (byte) (argb[x] >> 16);
        samples[at + 1] = (byte) (argb[x] >> 8);
        samples[at + 2] = (byte) argb[x];
        samples[at + 3] = (byte) (argb[x] >> 24);
      }
    }
    return new RgbaImage(image.getWidth(), image.getHeight(), samples);
  }

  /** As Pillow: Java would treat the inks as linear light and brighten them. */
  private static RgbaImage cmykToRgba(Raster raster) {
    int[] inks = new int[4];
    byte[] samples = new byte[4 * raster.getWidth() * raster.getHeight()];
    for (int i = 0; i < raster.getWidth() * raster.getHeight(); i++) {
      raster.getPixel(i % raster.getWidth(), i / raster.getWidth(), inks);
      int white = 255 - inks[3];
      for (int channel = 0; channel < 3; channel++) {
        samples[4 * i + channel] = (byte) (white - Math.round(inks[channel] * white / 255f));
      }
      samples[4 * i + 3] = (byte) 0xff;
    }
    return new RgbaImage(raster.getWidth(), raster.getHeight(), samples);
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
