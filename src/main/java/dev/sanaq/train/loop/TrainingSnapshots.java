package dev.sanaq.train.loop;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
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
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run's states to continue from, one file each, written whole or not at all: weights, averages
 * and what the optimizer remembers. The step is in the name; everything random depends on it.
 */
public final class TrainingSnapshots {
  private static final String WEIGHT_PREFIX = "weight.";
  private static final Pattern FILE_NAME = Pattern.compile("state-(\\d+)\\.safetensors");

  private final Path folder;

  public TrainingSnapshots(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** The last complete step, 0 where there is none; the learner is then as it was after it. */
  long restoreLatest(TrainableProgram learner) {
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
                learner.put(
                    name.substring(WEIGHT_PREFIX.length()), tensor.values(), tensor.shape());
              } else {
                learner.restore(name, tensor.values(), tensor.shape());
              }
            });
    return last;
  }

  /** Writes the state after so many steps, and lets go of earlier ones. */
  void write(long step, TrainableProgram learner) {
    Map<String, HostTensor> tensors = learner.stateDict();
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

  /** Keeps what led to a loss that is no number: the state before the step, and the batch. */
  DivergedException recordDivergence(long step, double loss, double norm, TrainingTask task) {
    Path report = folder.resolve("diverged.json");
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("step", step + 1);
    found.put("loss", String.valueOf(loss));
    found.put("norm", String.valueOf(norm));
    found.putAll(task.lastBatch());
    try {
      write(step, task.program());
      Files.write(report, Json.write(found));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + report, e);
    }
    return new DivergedException(
        "step %d gave loss %s and gradients of norm %s; the state before it and its batch are kept"
                .formatted(step + 1, loss, norm)
            + " in "
            + folder
            + " ("
            + stateFile(step).getFileName()
            + ", diverged.json)."
            + " A lower rate, a longer warm-up or a smaller clip may help.");
  }

  private Path stateFile(long step) {
    return folder.resolve("state-%07d.safetensors".formatted(step));
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
