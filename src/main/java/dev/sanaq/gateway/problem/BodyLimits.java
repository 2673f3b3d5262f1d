package dev.sanaq.gateway.problem;

import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.storage.input.InputConfig;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** How large the bodies of requests may be: most are records, some are images. */
@Singleton
public class BodyLimits {
  /** What a form has besides its files and its texts. */
  private static final long FORM_BYTES = 65_536;

  private final LimitsConfig limits;
  private final InputConfig inputs;

  BodyLimits(LimitsConfig limits, InputConfig inputs) {
    this.limits = limits;
    this.inputs = inputs;
  }

  /** The most bytes of a body that is sent to the path. */
  public long maxBytes(String path) {
    return switch (path) {
      case ImagePaths.UPLOADS -> inputs.maxFileBytes() + FORM_BYTES;
      // An image, a mask and the fields.
      case ImagePaths.EDITS, ImagePaths.VARIATIONS ->
          2L * inputs.maxFileBytes() + limits.maxRecordBytes() + FORM_BYTES;
      default -> limits.maxRecordBytes();
    };
  }

  /** The problem of a longer body. */
  public Problem tooLarge(String path) {
    return ImagePaths.takesImages(path)
        ? Problem.payloadTooLarge(maxBytes(path), "sanaq.input.max-file-bytes for each image")
        : Problem.payloadTooLarge(maxBytes(path));
  }

  /**
   * Reads a body, at most as much of it as the path allows.
   *
   * @throws ProblemException if the body is too large
   */
  public byte[] read(InputStream body, String path) {
    int maxBytes = (int) Math.min(Integer.MAX_VALUE - 16, maxBytes(path));
    try {
      byte[] bytes = body.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new ProblemException(tooLarge(path));
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("the body could not be read", e);
    }
  }
}
