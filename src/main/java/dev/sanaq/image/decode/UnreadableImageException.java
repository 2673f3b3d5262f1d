package dev.sanaq.image.decode;

/** An image file is missing, damaged, or of an unsupported format; the message names it. */
public final class UnreadableImageException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableImageException(String name, String reason) {
    super(name + ": " + reason);
  }
}
