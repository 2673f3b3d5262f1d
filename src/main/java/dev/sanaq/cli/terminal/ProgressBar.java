package dev.sanaq.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/**
 * One line on a terminal that says how far long work has come; silent where there is no terminal.
 * Show each stage as it starts and goes on, and close it before anything else is printed: the line
 * goes then. For one thread at a time.
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

  ProgressBar(PrintStream terminal, boolean shown, InstantSource clock) {
    this.terminal = terminal;
    this.enabled = shown;
    this.clock = clock;
  }

  /** A line on standard error, shown only where that is a terminal. */
  public static ProgressBar onStandardError() {
    return new ProgressBar(System.err, Terminal.isStderrTty(), InstantSource.system());
  }

  /** A stage has begun of which nobody knows how long it takes. */
  public void show(String newStage) {
    show(newStage, 0, 0);
  }

  /**
   * Work has gone on. Call as often as you like: the line is painted ten times a second at most.
   *
   * @param newStage one word; elapsed time counts from its first mention
   * @param done units done, 0 to {@code total}
   * @param total units in all; 0 where nobody knows
   */
  public void show(String newStage, long done, long total) {
    show(newStage, done, total, "");
  }

  /**
   * As {@link #show(String, long, long)}, with more to say.
   *
   * @param done work that a stage begins with was done before: its pace does not count
   * @param detail goes to the line's end: {@code loss 0.52}
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
      String more = detail.isEmpty() ? "" : "  " + detail;
      terminal.print(START_OF_LINE + line + more + ERASE_TO_END);
      terminal.flush();
      lastPaint = now;
      painted = true;
    }
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (painted) {
      terminal.print(START_OF_LINE + ERASE_TO_END);
      terminal.flush();
      painted = false;
    }
  }

  /**
   * The line: {@code denoise [######------] 50% 10/20 0:12, 0:12 left}.
   *
   * @param first units that were done before the stage began
   * @param total 0 for a stage of unknown length, which has no bar
   */
  static String render(String stage, long first, long done, long total, Duration elapsed) {
    if (total <= 0) {
      return "%-8s %s".formatted(stage, formatDuration(elapsed));
    }
    long sane = Math.min(Math.max(done, 0), total);
    int filled = (int) (BAR_WIDTH * sane / total);
    String left =
        sane <= first
            ? ""
            : ", "
                + formatDuration(elapsed.multipliedBy(total - sane).dividedBy(sane - first))
                + " left";
    return String.format(
        Locale.ROOT,
        "%-8s [%s%s] %3d%%  %d/%d  %s%s",
        stage,
        "#".repeat(filled),
        "-".repeat(BAR_WIDTH - filled),
        100 * sane / total,
        sane,
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
