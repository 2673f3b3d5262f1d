package dev.sanaq.testing.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of {@code load-tests/results}: a summary written by hand, and below a marker line the text
 * that a measurement writes.
 */
public final class ResultPage {
  /** Separates the two parts. */
  static final String MARKER =
      "<!-- Generated from here on; the text above is written by hand. -->";

  private ResultPage() {}

  /**
   * Replaces the text below the marker. A page without a marker gets one at its end, and a page
   * that does not exist is created.
   *
   * @param title the title of a new page
   * @param measured Markdown
   */
  public static void write(Path page, String title, String measured) {
    try {
      Files.createDirectories(page.toAbsolutePath().getParent());
      String text = Files.exists(page) ? Files.readString(page) : "# %s\n".formatted(title);
      int marker = text.indexOf(MARKER);
      String summary =
          marker < 0 ? text.stripTrailing() : text.substring(0, marker).stripTrailing();
      Files.writeString(page, "%s\n\n%s\n\n%s\n".formatted(summary, MARKER, measured.strip()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
