package dev.sanaq.train.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Draws captions below images, at most two lines each. */
final class CaptionRenderer {
  private static final Logger LOG = Logger.getLogger(CaptionRenderer.class);
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private static final int LINE_HEIGHT = 14;
  private static final int MAX_LINES = 2;
  private static final int FONT_SIZE = 11;

  /** Height of a caption in pixels. */
  static final int HEIGHT = MAX_LINES * LINE_HEIGHT;

  private final Graphics2D graphics;
  private final int maxWidth;
  private final Optional<FontMetrics> fontMetrics;

  /**
   * Sets the font of the graphics.
   *
   * @param maxWidth maximum width of a line in pixels
   */
  CaptionRenderer(Graphics2D graphics, int maxWidth) {
    this.graphics = graphics;
    this.maxWidth = maxWidth;
    graphics.setColor(Color.DARK_GRAY);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    this.fontMetrics = fontMetrics(graphics);
  }

  /** Empty if the machine has no fonts, as in small containers; that must not end a training. */
  private static Optional<FontMetrics> fontMetrics(Graphics2D graphics) {
    try {
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
      FontMetrics metrics = graphics.getFontMetrics();
      metrics.stringWidth("a");
      return Optional.of(metrics);
    } catch (InternalError | LinkageError e) {
      if (!WARNED.getAndSet(true)) {
        LOG.warnf("no font found; sample sheets have no captions (%s)", e);
      }
      return Optional.empty();
    }
  }

  /** Draws a caption below an image; text that does not fit ends in an ellipsis. */
  void render(String caption, int left, int top) {
    fontMetrics.ifPresent(metrics -> render(caption, metrics, left, top));
  }

  private void render(String caption, FontMetrics metrics, int left, int top) {
    String rest = caption.strip();
    for (int line = 1; line <= MAX_LINES && !rest.isEmpty(); line++) {
      String fitting = line == MAX_LINES ? rest : fitWords(rest, metrics);
      graphics.drawString(ellipsize(fitting, metrics), left, top + line * LINE_HEIGHT - 2);
      rest = rest.substring(fitting.length()).strip();
    }
  }

  private String fitWords(String text, FontMetrics metrics) {
    String fitting = text;
    while (metrics.stringWidth(fitting) > maxWidth && fitting.lastIndexOf(' ') > 0) {
      fitting = fitting.substring(0, fitting.lastIndexOf(' '));
    }
    return fitting;
  }

  private String ellipsize(String text, FontMetrics metrics) {
    if (metrics.stringWidth(text) <= maxWidth) {
      return text;
    }
    int end = text.length();
    while (end > 0 && metrics.stringWidth(text.substring(0, end) + "\u2026") > maxWidth) {
      end--;
    }
    return text.substring(0, end) + "\u2026";
  }
}
