package dev.sanaq.cli.model;

import dev.sanaq.sana.pipeline.PipelineOptions;
import picocli.CommandLine.Option;

/** {@code --threads}: how many threads one operator of the engine uses. */
final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Threads per operator; 0 for one per physical core (default: ${DEFAULT-VALUE}).")
  private int threads;

  /**
   * The number of threads; 0 for one per physical core.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  int threads() {
    if (threads < 0 || threads > PipelineOptions.MAX_THREADS) {
      throw new IllegalArgumentException(
          "--threads %s: must be 0 to %s".formatted(threads, PipelineOptions.MAX_THREADS));
    }
    return threads;
  }
}
