package dev.sanaq.image.encode;

import dev.sanaq.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The files that images are written as. Any number of threads. */
public enum ImageFormat {
  /** Every pixel as it is, and texts. */
  PNG(List.of("png")) {
    @Override
    public byte[] encode(RgbImage image, int quality, Map<String, String> texts) {
      return PngEncoder.encode(image, texts);
    }
  },
  /** Nearly every pixel, in much less. */
  JPEG(List.of("jpeg", "jpg")) {
    @Override
    public byte[] encode(RgbImage image, int quality, Map<String, String> texts) {
      return JpegEncoder.encode(image, (float) quality / MAX_QUALITY);
    }
  },
  /** Nearly every pixel, in less again. */
  WEBP(List.of("webp")) {
    @Override
    public byte[] encode(RgbImage image, int quality, Map<String, String> texts) {
      return WebpEncoder.encode(image, (float) quality / MAX_QUALITY);
    }
  };

  /** The best quality. */
  public static final int MAX_QUALITY = 100;

  private final List<String> extensions;

  ImageFormat(List<String> extensions) {
    this.extensions = extensions;
  }

  /**
   * Writes an image; the same image and quality give the same bytes.
   *
   * @param quality 0 to {@link #MAX_QUALITY}; a lossless format takes no notice
   * @param texts by keyword, for the formats that hold texts
   */
  public abstract byte[] encode(RgbImage image, int quality, Map<String, String> texts);

  /** The name in requests, in events, at the end of object keys and in {@code image/...}. */
  public String label() {
    return extensions.get(0);
  }

  /** The format of that name. */
  public static Optional<ImageFormat> of(String label) {
    return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
  }

  /** The format that a file's name ends in, in small letters or in capitals. */
  public static Optional<ImageFormat> ofFileName(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> format.extensions.contains(extension))
        .findFirst();
  }
}
