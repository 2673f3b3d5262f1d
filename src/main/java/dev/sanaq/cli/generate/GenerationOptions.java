package dev.sanaq.cli.generate;

import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.solver.SolverKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what to draw. What is not said is the model's own default. */
final class GenerationOptions {
  /** Seeds drawn for those who name none stay short enough to be typed again. */
  private static final long RANDOM_SEED_BOUND = 1L << 32;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "What the image shows.")
  private String prompt;

  @Option(
      names = "--negative-prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What it should not show.")
  private String negativePrompt;

  @Option(names = "--width", paramLabel = "PIXELS", description = "Default: the model's.")
  private @Nullable Integer width;

  @Option(names = "--height", paramLabel = "PIXELS", description = "Default: the model's.")
  private @Nullable Integer height;

  @Option(names = "--steps", paramLabel = "N", description = "Default: the model's.")
  private @Nullable Integer steps;

  @Option(
      names = "--guidance-scale",
      paramLabel = "X",
      description = "No guidance at 1 or less. Default: the model's.")
  private @Nullable Double guidanceScale;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "0 to 2^63-1, as in diffusers with a CPU generator. Default: any, printed.")
  private @Nullable Long seed;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "Images: the first from the seed, the next from the seed + 1, and so on.")
  private int count;

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      description = "flow-dpm, flow-euler or scm. Default: the model's.")
  private @Nullable String solver;

  @Option(
      names = "--no-resolution-binning",
      description = "Draw exactly this size, not the nearest trained one resized.")
  private boolean noResolutionBinning;

  @Option(
      names = "--no-instruction",
      description = "Leave out the complex human instruction before the prompt.")
  private boolean noInstruction;

  @Option(
      names = "--adapter",
      paramLabel = "FILE[=SCALE]",
      description =
          "A LoRA file as diffusers publishes it, or the name of one beside the model; its scale is"
              + " 1 unless told otherwise. Several add up.")
  private List<String> adapters = List.of();

  /** The adapters that are files. */
  List<Path> adapterFiles() {
    return adapters().stream()
        .map(use -> Path.of(use.name()))
        .filter(Files::isRegularFile)
        .toList();
  }

  private List<LoraWeight> adapters() {
    return adapters.stream().map(GenerationOptions::parseAdapter).toList();
  }

  private static LoraWeight parseAdapter(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 0) {
      return new LoraWeight(text, 1);
    }
    try {
      return new LoraWeight(
          text.substring(0, equals), Double.parseDouble(text.substring(equals + 1)));
    } catch (NumberFormatException e) {
      throw invalidOption("--adapter", text, "must be FILE or FILE=SCALE");
    }
  }

  /** Images to draw. */
  int count() {
    return count;
  }

  /**
   * Checks what can be checked before a model is loaded.
   *
   * @throws IllegalArgumentException naming the option that is wrong
   */
  void validate() {
    requirePositive("--count", count);
    requirePositive("--width", width);
    requirePositive("--height", height);
    requirePositive("--steps", steps);
    if (guidanceScale != null && (!Double.isFinite(guidanceScale) || guidanceScale < 0)) {
      throw invalidOption("--guidance-scale", guidanceScale, "must be a number from 0");
    }
    if (seed != null && (seed < 0 || seed > Long.MAX_VALUE - (count - 1))) {
      throw invalidOption("--seed", seed, "must be 0 to 2^63-1, for every image of the count");
    }
    adapters();
    requestedSolver();
  }

  /**
   * The drawing for a model.
   *
   * @throws IllegalArgumentException where the model cannot be drawn with that solver
   */
  GenerationParams toGenerationParams(ModelInfo model) {
    SolverKind kind = requestedSolver().orElse(model.solver());
    if (!model.solvers().contains(kind)) {
      String known =
          model.solvers().stream()
              .map(SolverKind::label)
              .sorted()
              .collect(Collectors.joining(", "));
      throw invalidOption("--solver", kind.label(), "this model is drawn with " + known);
    }
    for (LoraWeight use : adapters()) {
      if (!model.adapters().contains(use.name())) {
        throw invalidOption("--adapter", use.name(), "no such file, and none beside the model");
      }
    }
    return new GenerationParams(
        prompt,
        negativePrompt,
        width == null ? model.width() : width,
        height == null ? model.height() : height,
        steps == null ? model.steps() : steps,
        guidanceScale == null ? model.guidanceScale() : guidanceScale,
        seed == null ? ThreadLocalRandom.current().nextLong(RANDOM_SEED_BOUND) : seed,
        count,
        kind,
        !noResolutionBinning,
        !noInstruction,
        adapters());
  }

  private Optional<SolverKind> requestedSolver() {
    try {
      return Optional.ofNullable(solver).map(SolverKind::of);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--solver: " + e.getMessage(), e);
    }
  }

  private static void requirePositive(String option, @Nullable Integer value) {
    if (value != null && value < 1) {
      throw invalidOption(option, value, "must be at least 1");
    }
  }

  private static IllegalArgumentException invalidOption(String option, Object value, String why) {
    return new IllegalArgumentException("%s %s: %s".formatted(option, value, why));
  }
}
