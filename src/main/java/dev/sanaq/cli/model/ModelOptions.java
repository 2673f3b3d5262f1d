package dev.sanaq.cli.model;

import dev.sanaq.sana.pipeline.PipelineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** The options that say which checkpoint to load and how, for every command that loads one. */
public final class ModelOptions {
  private static final Set<String> PRECISIONS = Set.of("auto", "fp32", "bf16", "fp16", "int8");
  private static final Set<String> DEVICES = Set.of("auto", "cpu", "cuda");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A checkpoint in the published (diffusers) layout.")
  private Path model;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, fp32, bf16, fp16, or int8 on a CPU. Default: auto.")
  private String precision;

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The weight files' variant, such as bf16. Default: the one that is there.")
  private String variant;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of an operator. Default: the physical cores.")
  private int threads;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, cpu or cuda. Default: auto.")
  private String device;

  @Option(
      names = "--low-memory",
      description =
          "Hold the text encoder's weights in memory a layer at a time, on the processor, and decode"
              + " in tiles from above 1.5 megapixels.")
  private boolean lowMemory;

  /**
   * The checkpoint's folder.
   *
   * @throws IllegalArgumentException where there is none
   */
  public Path model() {
    if (!Files.isDirectory(model)) {
      throw new IllegalArgumentException("--model " + model + ": there is no such folder");
    }
    return model;
  }

  /**
   * How to load it.
   *
   * @param adapters LoRA files besides the model's own
   * @throws IllegalArgumentException naming the option that is wrong
   */
  public PipelineOptions pipelineOptions(List<Path> adapters) {
    requireOneOf("--precision", precision, PRECISIONS);
    requireOneOf("--device", device, DEVICES);
    validateThreads(threads);
    return new PipelineOptions(precision, variant, threads, device, adapters, lowMemory);
  }

  /** For every command that has {@code --threads}. */
  static void validateThreads(int threads) {
    if (threads < 0 || threads > PipelineOptions.MAX_THREADS) {
      throw new IllegalArgumentException(
          "--threads %d: must be 0 to %d".formatted(threads, PipelineOptions.MAX_THREADS));
    }
  }

  private static void requireOneOf(String option, String value, Set<String> known) {
    if (!known.contains(value)) {
      throw new IllegalArgumentException(
          "%s %s: known are %s".formatted(option, value, String.join(", ", new TreeSet<>(known))));
    }
  }
}
