package dev.sanaq.train.data;

import java.nio.file.Path;

/** A picture that is missing, damaged, or of a format that is not read; names it. */
public final class UnreadablePictureException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadablePictureException(Path file, String reason) {
    super(file + ": " + reason);
  }
}
