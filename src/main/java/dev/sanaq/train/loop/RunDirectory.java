package dev.sanaq.train.loop;

import dev.sanaq.json.Json;
import dev.sanaq.train.report.LossPlot;
import dev.sanaq.train.report.MetricsLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a run writes: {@code run.json} says what it is, {@code metrics.jsonl} and {@code loss.svg}
 * how it went, {@code state-N.safetensors} where to go on.
 */
public final class RunDirectory implements MetricsSink {
  private static final String RUN_FILE = "run.json";

  private final Path folder;
  private final TrainingProgress progress;
  private @Nullable MetricsLog log;
  private long totalSteps;

  private RunDirectory(Path folder, TrainingProgress progress) {
    this.folder = folder;
    this.progress = progress;
  }

  /**
   * Opens the folder for a new run, or for one that goes on.
   *
   * @param identity what must not change between the two: settings, and what the data is
   * @throws IllegalArgumentException where a run is there that is not to go on, or is another one
   */
  public static RunDirectory open(
      Path folder, boolean resume, Map<String, Object> identity, TrainingProgress progress)
      throws IOException {
    Files.createDirectories(folder);
    Path run = folder.resolve(RUN_FILE);
    byte[] own = Json.write(new TreeMap<>(identity)); // in one order, always
    if (Files.exists(run) && !resume) {
      throw new IllegalArgumentException(
          "%s holds a run already: --resume continues it, another --output begins one"
              .formatted(folder));
    }
    if (Files.exists(run) && !Arrays.equals(Files.readAllBytes(run), own)) {
      throw new IllegalArgumentException(
          "%s holds another run: its recipe, data or model differ from these".formatted(folder));
    }
    Files.write(run, own);
    return new RunDirectory(folder, progress);
  }

  Path path() {
    return folder;
  }

  @Override
  public void start(long step, long total) {
    totalSteps = total;
    try {
      log = MetricsLog.resume(metricsFile(), step == 0 ? -1 : step);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (step > 0) {
      progress.onMessage("going on after step " + step);
    }
  }

  @Override
  public void write(Map<String, Object> figures) {
    try {
      if (log != null) {
        log.append(figures);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long step = ((Number) figures.getOrDefault(MetricsLog.STEP, 0)).longValue();
    double loss = ((Number) figures.getOrDefault("loss", 0)).doubleValue();
    progress.onStep(String.valueOf(figures.get("phase")), step, totalSteps, loss);
    StringJoiner measured = new StringJoiner(", ");
    figures.forEach(
        (name, figure) -> {
          if (!TrainingLoop.STEP_METRICS.contains(name) && figure instanceof Number number) {
            measured.add(String.format(Locale.ROOT, "%s %.4f", name, number.doubleValue()));
          }
        });
    if (measured.length() > 0) {
      progress.onMessage("step %d: %s".formatted(step, measured));
    }
  }

  @Override
  public void plot() {
    try {
      LossPlot.write(metricsFile(), folder.resolve("loss.svg"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path metricsFile() {
    return folder.resolve("metrics.jsonl");
  }
}
