package dev.sanaq.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/**
 * A progress bar: one line on a terminal with stage, progress, elapsed time and time left. Prints
 * nothing if there is no terminal. Call {@code show} as a stage starts and progresses, and {@code
 * close} before anything else is printed. For one thread at a time.
 *
 * <p>Not me.tongfei:progressbar (0.10.1, MIT, 38 kB): it needs JLine (450 kB with native libraries,
 * which a native image would have to carry), repaints from a thread of its own while commands
 * print, and takes no clock, so its output could not be tested.
 */
public final class ProgressBar implements AutoCloseable {
  private static final int BAR_WIDTH = 24;
  private static final Duration REPAINT_INTERVAL = Duration.ofMillis(100);
  private static final String START_OF_LINE = "\r";
  private static final String ERASE_TO_END = "\u001b[K";

  private final PrintStream terminal;
  private final boolean enabled;
  private final InstantSource clock;
  private String stage = "";
  private Instant stageStart = Instant.EPOCH;
  private long stageInitialDone;
  private Instant lastPaint = Instant.EPOCH;
  private boolean painted;

  ProgressBar(PrintStream terminal, boolean enabled, InstantSource clock) {
    this.terminal = terminal;
    this.enabled = enabled;
    this.clock = clock;
  }

  /** A bar on standard error, shown only if that is a terminal. */
  public static ProgressBar onStandardError() {
    return new ProgressBar(System.err, Terminal.isStderrTty(), InstantSource.system());
  }

  /** Shows a stage of unknown length. */
  public void show(String newStage) {
    show(newStage, 0, 0);
  }

  /**
   * Shows the progress of a stage. Cheap to call often: repaints at most ten times a second.
   *
   * @param newStage one word; the elapsed time restarts when it changes
   * @param done finished units, 0 to {@code total}
   * @param total number of units; 0 if unknown
   */
  public void show(String newStage, long done, long total) {
    show(newStage, done, total, "");
  }

  /**
   * As {@link #show(String, long, long)}, with a detail.
   *
   * @param done units that are already finished when the stage starts do not count for the time
   *     left
   * @param detail text at the end of the line: {@code loss 0.52}
   */
  public void show(String newStage, long done, long total, String detail) {
    if (!enabled) {
      return;
    }
    Instant now = clock.instant();
    boolean changed = !newStage.equals(stage);
    if (changed) {
      stage = newStage;
      stageStart = now;
      stageInitialDone = done;
    }
    boolean due = Duration.between(lastPaint, now).compareTo(REPAINT_INTERVAL) >= 0;
    if (changed || due || done == total) {
      String line = render(stage, stageInitialDone, done, total, Duration.between(stageStart, now));
      String suffix = detail.isEmpty() ? "" : "  " + detail;
      terminal.print(START_OF_LINE + line + suffix + ERASE_TO_END);
      terminal.flush();
      lastPaint = now;
      painted = true;
    }
  }

  /** Clears the line. */
  @Override
  public void close() {
    if (painted) {
      terminal.print(START_OF_LINE + ERASE_TO_END);
      terminal.flush();
      painted = false;
    }
  }

  /**
   * Renders the line: {@code denoise [######------] 50% 10/20 0:12, 0:12 left}.
   *
   * @param first units that were finished before the stage started
   * @param total 0 for a stage of unknown length, which has no bar
   */
  static String render(String stage, long first, long done, long total, Duration elapsed) {
    if (total <= 0) {
      return "%-8s %s".formatted(stage, formatDuration(elapsed));
    }
    long clamped = Math.min(Math.max(done, 0), total);
    int filled = (int) (BAR_WIDTH * clamped / total);
    String left =
        clamped <= first
            ? ""
            : ", "
                + formatDuration(elapsed.multipliedBy(total - clamped).dividedBy(clamped - first))
                + " left";
    return String.format(
        Locale.ROOT,
        "%-8s [%s%s] %3d%%  %d/%d  %s%s",
        stage,
        "#".repeat(filled),
        "-".repeat(BAR_WIDTH - filled),
        100 * clamped / total,
        clamped,
        total,
        formatDuration(elapsed),
        left);
  }

  private static String formatDuration(Duration duration) {
    String minutesAndSeconds =
        String.format(Locale.ROOT, "%d:%02d", duration.toMinutesPart(), duration.toSecondsPart());
    return duration.toHours() == 0
        ? minutesAndSeconds
        : String.format(
            Locale.ROOT,
            "%d:%02d:%02d",
            duration.toHours(),
            duration.toMinutesPart(),
            duration.toSecondsPart());
  }
}
