package dev.sanaq.sana.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong, so that a user sees all of it at once. Not for several threads. */
final class Problems {
  /** A damaged file can have a problem a tensor; nobody reads more than this. */
  private static final int KEPT = 1000;

  private final List<CheckpointProblem> found = new ArrayList<>();

  void add(String file, String key, String expected, String found) {
    if (this.found.size() < KEPT) {
      this.found.add(new CheckpointProblem(file, key, expected, found));
    }
  }

  /** Does some work; where it refuses, its problems are kept and null comes back. */
  <T> @Nullable T collect(Supplier<T> work) {
    try {
      return work.get();
    } catch (CheckpointException e) {
      e.problems().forEach(p -> add(p.file(), p.key(), p.expected(), p.found()));
      return null;
    }
  }

  boolean none() {
    return found.isEmpty();
  }

  /**
   * Ends a check.
   *
   * @throws CheckpointException where anything was found
   */
  void refuseAny() {
    if (!found.isEmpty()) {
      throw new CheckpointException(found);
    }
  }
}
