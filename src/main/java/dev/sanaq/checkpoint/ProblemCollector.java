package dev.sanaq.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong, so that a user sees all of it at once. Not for several threads. */
public final class ProblemCollector {
  /** A damaged file can have a problem a tensor; nobody reads more than this. */
  private static final int MAX_PROBLEMS = 1000;

  private final List<CheckpointProblem> problems = new ArrayList<>();

  public void add(String file, String key, String expected, String found) {
    if (this.problems.size() < MAX_PROBLEMS) {
      this.problems.add(new CheckpointProblem(file, key, expected, found));
    }
  }

  /** Does some work; where it refuses, its problems are kept and null comes back. */
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
   * Ends a check.
   *
   * @throws CheckpointException where anything was found
   */
  public void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new CheckpointException(problems);
    }
  }
}
