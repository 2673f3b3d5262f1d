package dev.sanaq.image.decode;

import java.nio.file.Path;

/** An image that is missing, damaged, or of a format that is not read; names it. */
public final class UnreadableImageException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableImageException(Path file, String reason) {
    super(file + ": " + reason);
  }
}
