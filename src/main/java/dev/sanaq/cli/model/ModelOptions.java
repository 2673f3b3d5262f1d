package dev.sanaq.cli.model;

import dev.sanaq.sana.pipeline.PipelineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which checkpoint to load and how. */
public final class ModelOptions {
  private static final Set<String> PRECISIONS =
      Set.of("auto", "fp32", "bf16", "fp16", "int8", "fp8");
  private static final Set<String> DEVICES = Set.of("auto", "cpu", "cuda");

  @Mixin private CheckpointOption checkpoint;
  @Mixin private VariantOption variant;
  @Mixin private ThreadsOption threads;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, fp32, bf16, fp16, int8, or fp8 on a GPU (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--low-memory",
      description =
          "Keep the text encoder on the CPU, one layer in memory at a time, and decode images above"
              + " 1.5 megapixels in tiles.")
  private boolean lowMemory;

  /**
   * The checkpoint's folder.
   *
   * @throws IllegalArgumentException if it does not exist
   */
  public Path model() {
    return checkpoint.folder();
  }

  /**
   * How to load the checkpoint.
   *
   * @param adapters LoRA files in addition to the model's own
   * @throws IllegalArgumentException naming the invalid option
   */
  public PipelineOptions pipelineOptions(List<Path> adapters) {
    requireOneOf("--precision", precision, PRECISIONS);
    requireOneOf("--device", device, DEVICES);
    return new PipelineOptions(
        precision, variant.variant(), threads.threads(), device, adapters, lowMemory);
  }

  private static void requireOneOf(String option, String value, Set<String> known) {
    if (!known.contains(value)) {
      throw new IllegalArgumentException(
          "%s %s: must be one of %s"
              .formatted(option, value, String.join(", ", new TreeSet<>(known))));
    }
  }
}
