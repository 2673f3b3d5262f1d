package dev.sanaq.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects problems, so that one exception reports all of them. One thread. */
public final class ProblemCollector {
  /** A damaged file can have a problem per tensor; further ones are dropped. */
  private static final int MAX_PROBLEMS = 1000;

  private final List<CheckpointProblem> problems = new ArrayList<>();

  public void add(String file, String key, String expected, String found) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new CheckpointProblem(file, key, expected, found));
    }
  }

  /** Runs the work; on a {@link CheckpointException} keeps its problems and returns null. */
  public <T> @Nullable T collect(Supplier<T> work) {
    try {
      return work.get();
    } catch (CheckpointException e) {
      e.problems().forEach(p -> add(p.file(), p.key(), p.expected(), p.found()));
      return null;
    }
  }

  public boolean isEmpty() {
    return problems.isEmpty();
  }

  /**
   * Ends the check.
   *
   * @throws CheckpointException if any problem was found
   */
  public void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new CheckpointException(problems);
    }
  }
}
