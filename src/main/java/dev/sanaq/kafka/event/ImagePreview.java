package dev.sanaq.kafka.event;

/**
 * A small picture of an unfinished image, in a progress event.
 *
 * @param index of the image among the job's, from 0
 * @param url a {@code data:} URL of a PNG, at most {@link #MAX_LENGTH} characters
 */
public record ImagePreview(int index, String url) {
  /** How every URL begins. */
  public static final String PREFIX = "data:image/png;base64,";

  /** The length of a URL. A preview that needs more is not sent. */
  public static final int MAX_LENGTH = 8192;

  public ImagePreview {
    if (!url.startsWith(PREFIX) || url.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a preview is a PNG as a data: URL of at most %s characters".formatted(MAX_LENGTH));
    }
  }
}
