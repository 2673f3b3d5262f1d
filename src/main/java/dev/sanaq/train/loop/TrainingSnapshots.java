package dev.sanaq.train.loop;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.files.AtomicFile;
import dev.sanaq.json.Json;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.train.optim.TrainableProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Snapshots to resume a run from, written atomically: weights, averages and the optimizer's state.
 * The file name holds the step, which is the only random state.
 */
public final class TrainingSnapshots {
  private static final String WEIGHT_PREFIX = "weight.";
  private static final Pattern FILE_NAME = Pattern.compile("state-(\\d+)\\.safetensors");

  private final Path folder;

  /** Snapshots in a folder. */
  public TrainingSnapshots(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Restores the latest snapshot; returns its step, 0 if there is none. */
  long restoreLatest(TrainableProgram program) {
    List<Long> steps = savedSteps();
    if (steps.isEmpty()) {
      return 0;
    }
    long last = Collections.max(steps);
    TensorIndex.open(stateFile(last))
        .read()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(WEIGHT_PREFIX)) {
                program.put(
                    name.substring(WEIGHT_PREFIX.length()), tensor.values(), tensor.shape());
              } else {
                program.restore(name, tensor.values(), tensor.shape());
              }
            });
    return last;
  }

  /** Writes the state after a step, then deletes earlier snapshots. */
  void write(long step, TrainableProgram program) {
    Map<String, HostTensor> tensors = program.stateDict();
    Path unfinished = folder.resolve(".state");
    try {
      List<Long> earlier = savedSteps();
      Files.deleteIfExists(unfinished);
      SafetensorsWriter.write(unfinished, tensors, DType.F32);
      Files.move(
          unfinished,
          stateFile(step),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      for (long old : earlier) {
        if (old < step) {
          Files.deleteIfExists(stateFile(old));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a snapshot in " + folder, e);
    }
  }

  /** Writes a report of a divergence: the state before the step, and its batch. */
  DivergedException recordDivergence(long step, double loss, double gradNorm, TrainingTask task) {
    Path report = folder.resolve("diverged.json");
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("step", step + 1);
    content.put("loss", String.valueOf(loss));
    content.put("grad_norm", String.valueOf(gradNorm));
    content.putAll(task.lastBatch());
    try {
      write(step, task.program());
      AtomicFile.write(report, Json.write(content));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + report, e);
    }
    return new DivergedException(
        ("step %s diverged: loss %s, gradient norm %s. The state before it and its batch are in %s (%s,"
                + " diverged.json). A lower learning rate, a longer warm-up or a smaller maxGradNorm may"
                + " help.")
            .formatted(step + 1, loss, gradNorm, folder, stateFile(step).getFileName()));
  }

  private Path stateFile(long step) {
    return folder.resolve(String.format(Locale.ROOT, "state-%07d.safetensors", step));
  }

  private List<Long> savedSteps() {
    try (Stream<Path> files = Files.list(folder)) {
      List<Long> steps = new ArrayList<>();
      files.forEach(
          file -> {
            Matcher name = FILE_NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
              steps.add(Long.parseLong(name.group(1)));
            }
          });
      return steps;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }
}
