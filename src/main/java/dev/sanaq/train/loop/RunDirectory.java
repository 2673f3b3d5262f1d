package dev.sanaq.train.loop;

import dev.sanaq.files.AtomicFile;
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
 * The folder of a training run: {@code run.json} identifies the run, {@code metrics.jsonl} and
 * {@code loss.svg} hold its metrics, {@code state-N.safetensors} is the snapshot to resume from.
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
   * Opens the folder for a new run or a resumed one.
   *
   * @param identity settings and data that must be the same in a resumed run
   * @throws IllegalArgumentException if the folder holds a run that is not resumed, or another one
   */
  public static RunDirectory open(
      Path folder, boolean resume, Map<String, Object> identity, TrainingProgress progress)
      throws IOException {
    Files.createDirectories(folder);
    Path runFile = folder.resolve(RUN_FILE);
    byte[] content = Json.write(new TreeMap<>(identity)); // sorted, so that equal means equal bytes
    if (Files.exists(runFile) && !resume) {
      throw new IllegalArgumentException(
          "%s already holds a run: use --resume to continue it, or another --output"
              .formatted(folder));
    }
    if (Files.exists(runFile) && !Arrays.equals(Files.readAllBytes(runFile), content)) {
      throw new IllegalArgumentException(
          "%s holds another run: its configuration, data or model is different".formatted(folder));
    }
    AtomicFile.write(runFile, content);
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
      progress.onMessage("resuming after step " + step);
    }
  }

  @Override
  public void write(Map<String, Object> metrics) {
    try {
      if (log != null) {
        log.append(metrics);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long step = ((Number) metrics.getOrDefault(MetricsLog.STEP, 0)).longValue();
    double loss = ((Number) metrics.getOrDefault("loss", 0)).doubleValue();
    progress.onStep(String.valueOf(metrics.get("phase")), step, totalSteps, loss);
    StringJoiner evaluated = new StringJoiner(", ");
    metrics.forEach(
        (name, value) -> {
          if (!TrainingLoop.STEP_METRICS.contains(name) && value instanceof Number number) {
            evaluated.add(String.format(Locale.ROOT, "%s %.4f", name, number.doubleValue()));
          }
        });
    if (evaluated.length() > 0) {
      progress.onMessage("step %s: %s".formatted(step, evaluated));
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
