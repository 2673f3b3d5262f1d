package dev.sanaq.train;

import dev.sanaq.json.Json;
import dev.sanaq.sana.checkpoint.SafetensorsWriter;
import dev.sanaq.sana.checkpoint.StorageType;
import dev.sanaq.sana.checkpoint.Tensors;
import dev.sanaq.torch.HostTensor;
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
 * and what the optimiser remembers. The step is in the name; everything random depends on it.
 */
final class Snapshots {
  private static final String WEIGHT = "weight.";
  private static final Pattern NAME = Pattern.compile("state-(\\d+)\\.safetensors");

  private final Path folder;

  Snapshots(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** The last complete step, 0 where there is none; the learner is then as it was after it. */
  long restore(Learner learner) {
    List<Long> steps = steps();
    if (steps.isEmpty()) {
      return 0;
    }
    long last = Collections.max(steps);
    Tensors.open(file(last))
        .read()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(WEIGHT)) {
                learner.put(name.substring(WEIGHT.length()), tensor.numbers(), tensor.shape());
              } else {
                learner.restore(name, tensor.numbers(), tensor.shape());
              }
            });
    return last;
  }

  /** Writes the state after so many steps, and lets go of earlier ones. */
  void write(long step, Learner learner) {
    Map<String, HostTensor> tensors = learner.tensors();
    Path unfinished = folder.resolve(".state");
    try {
      List<Long> earlier = steps();
      Files.deleteIfExists(unfinished);
      SafetensorsWriter.write(unfinished, tensors, StorageType.F32);
      Files.move(
          unfinished,
          file(step),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      for (long old : earlier) {
        if (old < step) {
          Files.deleteIfExists(file(old));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a snapshot in " + folder, e);
    }
  }

  /** Keeps what led to a loss that is no number: the state before the step, and the batch. */
  DivergedException diverged(long step, double loss, double norm, Task task) {
    Path report = folder.resolve("diverged.json");
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("step", step + 1);
    found.put("loss", String.valueOf(loss));
    found.put("norm", String.valueOf(norm));
    found.putAll(task.lastBatch());
    try {
      write(step, task.learner());
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
            + file(step).getFileName()
            + ", diverged.json)."
            + " A lower rate, a longer warm-up or a smaller clip may help.");
  }

  private Path file(long step) {
    return folder.resolve("state-%07d.safetensors".formatted(step));
  }

  private List<Long> steps() {
    try (Stream<Path> files = Files.list(folder)) {
      List<Long> steps = new ArrayList<>();
      files.forEach(
          file -> {
            Matcher name = NAME.matcher(file.getFileName().toString());
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
