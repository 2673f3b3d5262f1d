package dev.sanaq.train.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Writes captions below images, in two lines each. */
final class CaptionRenderer {
  private static final Logger LOG = Logger.getLogger(CaptionRenderer.class);
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private static final int LINE_HEIGHT = 14;
  private static final int MAX_LINES = 2;
  private static final int FONT_SIZE = 11;

  /** What a caption takes, in pixels. */
  static final int HEIGHT = MAX_LINES * LINE_HEIGHT;

  private final Graphics2D graphics;
  private final int maxWidth;
  private final Optional<FontMetrics> fontMetrics;

  /**
   * Lettering.
   *
   * @param width pixels that a line may take
   */
  CaptionRenderer(Graphics2D graphics, int width) {
    this.graphics = graphics;
    this.maxWidth = width;
    graphics.setColor(Color.DARK_GRAY);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    this.fontMetrics = fontMetrics(graphics);
  }

  /** None where the machine has no fonts, as in small containers: no reason to end a training. */
  private static Optional<FontMetrics> fontMetrics(Graphics2D graphics) {
    try {
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
      FontMetrics metrics = graphics.getFontMetrics();
      metrics.stringWidth("a");
      return Optional.of(metrics);
    } catch (InternalError | LinkageError e) {
      if (!WARNED.getAndSet(true)) {
        LOG.warnf("sample sheets are without captions: Java finds no font here (%s)", e);
      }
      return Optional.empty();
    }
  }

  /** Writes below an image's bottom; the last line ends in dots where more follows. */
  void render(String caption, int left, int top) {
    fontMetrics.ifPresent(own -> render(caption, own, left, top));
  }

  private void render(String caption, FontMetrics own, int left, int top) {
    String rest = caption.strip();
    for (int line = 1; line <= MAX_LINES && !rest.isEmpty(); line++) {
      String fitting = line == MAX_LINES ? rest : fitWords(rest, own);
      graphics.drawString(ellipsize(fitting, own), left, top + line * LINE_HEIGHT - 2);
      rest = rest.substring(fitting.length()).strip();
    }
  }

  private String fitWords(String text, FontMetrics own) {
    String fitting = text;
    while (own.stringWidth(fitting) > maxWidth && fitting.lastIndexOf(' ') > 0) {
      fitting = fitting.substring(0, fitting.lastIndexOf(' '));
    }
    return fitting;
  }

  private String ellipsize(String text, FontMetrics own) {
    if (own.stringWidth(text) <= maxWidth) {
      return text;
    }
    int end = text.length();
    while (end > 0 && own.stringWidth(text.substring(0, end) + "\u2026") > maxWidth) {
      end--;
    }
    return text.substring(0, end) + "\u2026";
  }
}
