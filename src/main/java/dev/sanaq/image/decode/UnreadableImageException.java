package dev.sanaq.image.decode;

import java.nio.file.Path;

/** An image file is missing, damaged, or of an unsupported format; the message names it. */
public final class UnreadableImageException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableImageException(Path file, String reason) {
    super(file + ": " + reason);
  }
}
