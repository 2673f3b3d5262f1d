package dev.sanaq.image.encode;

import dev.sanaq.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The image file formats. The contract lists their labels once more, in {@code RequestValidator},
 * {@code openapi.yaml}, the image resource and the web page; {@code ImageFormatTest} compares the
 * lists. Any number of threads.
 */
public enum ImageFormat {
  /** Lossless, with metadata texts. */
  PNG(List.of("png")) {
    @Override
    public byte[] encode(RgbImage image, int quality, Map<String, String> texts, String xmp) {
      return PngEncoder.encode(image, texts, xmp);
    }

    @Override
    public ManifestSpace manifestSpace(byte[] file) {
      return ManifestSpace.ofPng(file);
    }
  },
  /** Lossy, without texts. */
  JPEG(List.of("jpeg", "jpg")) {
    @Override
    public byte[] encode(RgbImage image, int quality, Map<String, String> texts, String xmp) {
      byte[] file = JpegEncoder.encode(image, (float) quality / MAX_QUALITY);
      return xmp.isEmpty() ? file : XmpSegment.addToJpeg(file, xmp);
    }

    @Override
    public ManifestSpace manifestSpace(byte[] file) {
      return ManifestSpace.ofJpeg(file);
    }
  },
  /** Lossy, smaller than JPEG, without texts. */
  WEBP(List.of("webp")) {
    @Override
    public byte[] encode(RgbImage image, int quality, Map<String, String> texts, String xmp) {
      byte[] file = WebpEncoder.encode(image, (float) quality / MAX_QUALITY);
      return xmp.isEmpty() ? file : XmpSegment.addToWebp(file, xmp);
    }

    @Override
    public ManifestSpace manifestSpace(byte[] file) {
      return ManifestSpace.ofWebp(file);
    }
  };

  /** The best quality. */
  public static final int MAX_QUALITY = 100;

  private final List<String> extensions;

  ImageFormat(List<String> extensions) {
    this.extensions = extensions;
  }

  /**
   * Encodes an image; equal arguments give equal bytes.
   *
   * @param quality 0 to {@link #MAX_QUALITY}; a lossless format ignores it
   * @param texts by keyword; a format without texts ignores them
   * @param xmp the XMP packet; empty for none
   */
  public abstract byte[] encode(RgbImage image, int quality, Map<String, String> texts, String xmp);

  /** The same without XMP. */
  public final byte[] encode(RgbImage image, int quality, Map<String, String> texts) {
    return encode(image, quality, texts, "");
  }

  /**
   * Where a file gets a C2PA manifest.
   *
   * @param file as {@link #encode(RgbImage, int, Map, String)} returns it
   */
  public abstract ManifestSpace manifestSpace(byte[] file);

  /** The name in requests, events, object keys and media types. */
  public String label() {
    return extensions.get(0);
  }

  /** The format with this label. */
  public static Optional<ImageFormat> of(String label) {
    return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
  }

  /** The format by the extension of a file name, in any case. */
  public static Optional<ImageFormat> ofFileName(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> format.extensions.contains(extension))
        .findFirst();
  }
}
