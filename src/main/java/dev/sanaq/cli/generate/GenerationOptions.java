package dev.sanaq.cli.generate;

import dev.sanaq.cli.model.LoraOption;
import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that describe the images to generate; absent ones take the model's defaults. */
final class GenerationOptions {
  /** Random seeds stay short enough to be typed again. */
  private static final long RANDOM_SEED_BOUND = 1L << 32;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "Text that describes the image.")
  private String prompt;

  @Option(
      names = "--negative-prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Text that describes what to avoid (default: empty).")
  private String negativePrompt;

  @Mixin private SizeOptions size;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Denoising steps (default: the model's).")
  private @Nullable Integer steps;

  @Option(
      names = "--guidance-scale",
      paramLabel = "X",
      description = "Classifier-free guidance; off at 1 or less (default: the model's).")
  private @Nullable Double guidanceScale;

  @Option(
      names = "--guidance-interval",
      paramLabel = "START,STOP",
      split = ",",
      description =
          "The steps with guidance, as fractions of all steps; 0,1 is all (default: the model's).")
  private List<Double> guidanceInterval = List.of();

  @Option(
      names = "--step-cache",
      paramLabel = "NAME",
      description =
          "Compute fewer steps, at some distance to the image: slow, medium, fast, ultra or none"
              + " (default: the model's).")
  private @Nullable String stepCache;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Random seed, 0 to 2^63-1; image i uses seed + i (default: random).")
  private @Nullable Long seed;

  @Option(
      names = "--num-images",
      paramLabel = "N",
      description = "Number of images (default: ${DEFAULT-VALUE}).")
  private int numImages = 1; // not a defaultValue, which would overwrite the alias

  @Option(names = "--count", hidden = true, description = "Alias of --num-images.")
  private void count(@Nullable Integer value) {
    if (value != null) {
      numImages = value;
    }
  }

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      description = "flow-dpm, flow-euler or scm (default: the model's).")
  private @Nullable String solver;

  @Option(
      names = "--no-resolution-binning",
      description = "Generate exactly this size, instead of the nearest trained size resized.")
  private boolean noResolutionBinning;

  @Option(
      names = "--no-prompt-instruction",
      description = "Omit the complex human instruction in front of the prompt.")
  private boolean noPromptInstruction;

  @Option(
      names = LoraOption.NAME,
      paramLabel = LoraOption.LABEL,
      description = LoraOption.DESCRIPTION)
  private List<String> loras = List.of();

  @Option(names = "--adapter", hidden = true, description = "Alias of --lora.")
  private List<String> adapters = List.of();

  @Mixin private ImageOptions images;
  @Mixin private CandidateOptions candidates;

  private Conditioning conditioning = Conditioning.NONE;

  /** The LoRA files given by path rather than by name. */
  List<Path> loraFiles() {
    return loraWeights().stream()
        .map(lora -> Path.of(lora.name()))
        .filter(Files::isRegularFile)
        .toList();
  }

  private List<LoraWeight> loraWeights() {
    return Stream.of(loras, adapters).flatMap(List::stream).map(LoraOption::parse).toList();
  }

  /** The prompt. */
  String prompt() {
    return prompt;
  }

  /** Whether the complex human instruction precedes the prompt. */
  boolean instruction() {
    return !noPromptInstruction;
  }

  /** Number of images to generate. */
  int numImages() {
    return numImages;
  }

  /**
   * Validates what can be validated before a model is loaded, and reads the input images.
   *
   * @throws IllegalArgumentException naming the invalid option
   */
  void validate() {
    requirePositive("--num-images", numImages);
    requirePositive("--width", size.width());
    requirePositive("--height", size.height());
    requirePositive("--steps", steps);
    if (guidanceScale != null
        && (!Float.isFinite(guidanceScale.floatValue()) || guidanceScale < 0)) {
      throw invalidOption("--guidance-scale", guidanceScale, "must be a number from 0");
    }
    if (!guidanceInterval.isEmpty()
        && (guidanceInterval.size() != 2
            || !GuidanceInterval.isValid(guidanceInterval.get(0), guidanceInterval.get(1)))) {
      throw invalidOption(
          "--guidance-interval",
          guidanceInterval,
          "must be START,STOP with 0 <= START < STOP <= 1");
    }
    candidates.validate(numImages);
    int generated = candidates.generatedImages(numImages);
    if (seed != null && (seed < 0 || seed > Long.MAX_VALUE - (generated - 1))) {
      throw invalidOption("--seed", seed, "must be 0 to 2^63-1, for every image");
    }
    loraWeights();
    requestedSolver();
    if (stepCache != null && !StepCache.PRESETS.contains(stepCache)) {
      throw invalidOption(
          "--step-cache", stepCache, "must be one of " + String.join(", ", StepCache.PRESETS));
    }
    conditioning = images.read();
  }

  /**
   * The generation parameters for a model.
   *
   * @throws IllegalArgumentException if the model has no such solver or LoRA
   */
  GenerationParams toGenerationParams(ModelInfo model) {
    SolverKind kind = requestedSolver().orElse(model.solver());
    if (!model.solvers().contains(kind)) {
      String known =
          model.solvers().stream()
              .map(SolverKind::label)
              .sorted()
              .collect(Collectors.joining(", "));
      throw invalidOption("--solver", kind.label(), "this model supports " + known);
    }
    ImageSize defaults = defaultSize(model);
    int allSteps = steps == null ? model.steps() : steps;
    return new GenerationParams(
        prompt,
        negativePrompt,
        size.widthOr(defaults.width()),
        size.heightOr(defaults.height()),
        allSteps,
        guidanceScale == null ? model.guidanceScale() : guidanceScale,
        guidanceInterval.isEmpty()
            ? model.guidanceInterval()
            : new GuidanceInterval(guidanceInterval.get(0), guidanceInterval.get(1)),
        seed == null ? ThreadLocalRandom.current().nextLong(RANDOM_SEED_BOUND) : seed,
        numImages,
        kind,
        !noResolutionBinning,
        !noPromptInstruction,
        loraWeights().stream().map(lora -> withSha256(lora, model)).toList(),
        conditioning,
        stepCache(model, kind),
        candidates.selection(allSteps));
  }

  /** The model's default acts where the model has it. */
  private StepCache stepCache(ModelInfo model, SolverKind kind) {
    int count = steps == null ? model.steps() : steps;
    if (stepCache == null) {
      return model.hasStepCache(model.stepCache(), kind, count)
          ? StepCache.ofPreset(model.stepCache())
          : StepCache.NONE;
    }
    if (!stepCache.equals(StepCache.NO_PRESET) && !model.hasStepCache(stepCache, kind, count)) {
      throw invalidOption(
          "--step-cache",
          stepCache,
          "this model has none for %s steps of %s; benchmark --tune-cache finds it"
              .formatted(count, kind.label()));
    }
    return StepCache.ofPreset(stepCache);
  }

  /** The generator with the scorer of the candidates, if there are any. */
  ImageGenerator withScorer(ImageGenerator generator) {
    return candidates.withScorer(generator);
  }

  /** The model's; without any given size but with an input image, of the image's aspect ratio. */
  private ImageSize defaultSize(ModelInfo model) {
    ImageSize own = new ImageSize(model.height(), model.width());
    if (size.width() != null || size.height() != null) {
      return own;
    }
    long pixels = (long) own.height() * own.width();
    return ImageOptions.size(conditioning)
        .map(image -> image.withPixels(pixels, model.compression()))
        .orElse(own);
  }

  private static LoraWeight withSha256(LoraWeight lora, ModelInfo model) {
    LoraInfo info =
        model
            .adapter(lora.name())
            .orElseThrow(
                () ->
                    invalidOption(
                        LoraOption.NAME,
                        lora.name(),
                        "no such file, and none in the model's adapters folder"));
    if (!info.isUsable()) {
      throw invalidOption(LoraOption.NAME, lora.name(), info.problem());
    }
    return new LoraWeight(lora.name(), lora.scale(), info.sha256());
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
