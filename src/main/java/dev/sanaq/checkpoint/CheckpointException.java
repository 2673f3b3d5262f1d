package dev.sanaq.checkpoint;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A checkpoint or a safetensors file is invalid; thrown before any weight is loaded. Holds every
 * problem found, not only the first.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The message lists this many problems and counts the rest. */
  private static final int MAX_LISTED_PROBLEMS = 20;

  private final transient List<CheckpointProblem> problems;

  CheckpointException(List<CheckpointProblem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  public CheckpointException(String file, String key, String expected, String found) {
    this(List.of(new CheckpointProblem(file, key, expected, found)));
  }

  /** All problems in the order found; at least one. */
  public List<CheckpointProblem> problems() {
    return problems;
  }

  /** The first problem's file. */
  public String file() {
    return problems.get(0).file();
  }

  /** The first problem's key; empty if it concerns the whole file. */
  public String key() {
    return problems.get(0).key();
  }

  /** What the first problem expected. */
  public String expected() {
    return problems.get(0).expected();
  }

  /** What the first problem found. */
  public String found() {
    return problems.get(0).found();
  }

  private static String message(List<CheckpointProblem> problems) {
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("a checkpoint exception without a problem");
    }
    String text =
        problems.stream()
            .limit(MAX_LISTED_PROBLEMS)
            .map(CheckpointProblem::toString)
            .collect(Collectors.joining("\n"));
    int rest = problems.size() - MAX_LISTED_PROBLEMS;
    return rest > 0 ? text + "\nand %s more".formatted(rest) : text;
  }
}
