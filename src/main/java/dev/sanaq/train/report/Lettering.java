package dev.sanaq.train.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Writes captions below pictures, in two lines each. */
final class Lettering {
  private static final Logger LOG = Logger.getLogger(Lettering.class);
  private static final AtomicBoolean SAID = new AtomicBoolean();

  private static final int LINE = 14;
  private static final int LINES = 2;
  private static final int FONT_SIZE = 11;

  /** What a caption takes, in pixels. */
  static final int HEIGHT = LINES * LINE;

  private final Graphics2D graphics;
  private final int width;
  private final Optional<FontMetrics> metrics;

  /**
   * Lettering.
   *
   * @param width pixels that a line may take
   */
  Lettering(Graphics2D graphics, int width) {
    this.graphics = graphics;
    this.width = width;
    graphics.setColor(Color.DARK_GRAY);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    this.metrics = metrics(graphics);
  }

  /** None where the machine has no fonts, as in small containers: no reason to end a training. */
  private static Optional<FontMetrics> metrics(Graphics2D graphics) {
    try {
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
      FontMetrics metrics = graphics.getFontMetrics();
      metrics.stringWidth("a");
      return Optional.of(metrics);
    } catch (InternalError | LinkageError e) {
      if (!SAID.getAndSet(true)) {
        LOG.warnf("sample sheets are without captions: Java finds no font here (%s)", e);
      }
      return Optional.empty();
    }
  }

  /** Writes below a picture's bottom; the last line ends in dots where more follows. */
  void write(String caption, int left, int top) {
    metrics.ifPresent(own -> write(caption, own, left, top));
  }

  private void write(String caption, FontMetrics own, int left, int top) {
    String rest = caption.strip();
    for (int line = 1; line <= LINES && !rest.isEmpty(); line++) {
      String fitting = line == LINES ? rest : wholeWords(rest, own);
      graphics.drawString(cut(fitting, own), left, top + line * LINE - 2);
      rest = rest.substring(fitting.length()).strip();
    }
  }

  private String wholeWords(String text, FontMetrics own) {
    String fitting = text;
    while (own.stringWidth(fitting) > width && fitting.lastIndexOf(' ') > 0) {
      fitting = fitting.substring(0, fitting.lastIndexOf(' '));
    }
    return fitting;
  }

  private String cut(String text, FontMetrics own) {
    if (own.stringWidth(text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && own.stringWidth(text.substring(0, end) + "\u2026") > width) {
      end--;
    }
    return text.substring(0, end) + "\u2026";
  }
}
