package dev.sanaq.sana;

import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.select.Selection;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import java.util.List;

/**
 * The parameters of {@code count} images of one prompt, without defaults.
 *
 * @param prompt what the images show
 * @param negativePrompt what the images avoid, under guidance; may be empty
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps, at least 1
 * @param guidanceScale scale of classifier-free guidance; off at 1 or less
 * @param guidanceInterval the steps with guidance; without effect where the scale is an input of
 *     the network (SANA-Sprint)
 * @param seed the noise of image i comes from {@code seed + i}, as in diffusers with CPU generators
 * @param count images, at least 1
 * @param solver the solver
 * @param resolutionBinning generate the nearest published aspect, then resize and crop to width and
 *     height; without it both must be multiples of the autoencoder's compression
 * @param instruction put the complex human instruction before the prompt
 * @param adapters the LoRA adapters, in the order in which they apply
 * @param conditioning source and control image, and perturbed-attention guidance
 * @param stepCache the steps without an evaluation of the network; without effect with a ControlNet
 * @param selection more images are generated than are kept
 */
public record GenerationParams(
    String prompt,
    String negativePrompt,
    int width,
    int height,
    int steps,
    double guidanceScale,
    GuidanceInterval guidanceInterval,
    long seed,
    int count,
    SolverKind solver,
    boolean resolutionBinning,
    boolean instruction,
    List<LoraWeight> adapters,
    Conditioning conditioning,
    StepCache stepCache,
    Selection selection) {
  public GenerationParams {
    adapters = List.copyOf(adapters);
  }

  /** Without a step cache; every image is kept. */
  public GenerationParams(
      String prompt,
      String negativePrompt,
      int width,
      int height,
      int steps,
      double guidanceScale,
      GuidanceInterval guidanceInterval,
      long seed,
      int count,
      SolverKind solver,
      boolean resolutionBinning,
      boolean instruction,
      List<LoraWeight> adapters,
      Conditioning conditioning) {
    this(
        prompt,
        negativePrompt,
        width,
        height,
        steps,
        guidanceScale,
        guidanceInterval,
        seed,
        count,
        solver,
        resolutionBinning,
        instruction,
        adapters,
        conditioning,
        StepCache.NONE,
        Selection.NONE);
  }

  /** From the prompt alone. */
  public GenerationParams(
      String prompt,
      String negativePrompt,
      int width,
      int height,
      int steps,
      double guidanceScale,
      GuidanceInterval guidanceInterval,
      long seed,
      int count,
      SolverKind solver,
      boolean resolutionBinning,
      boolean instruction,
      List<LoraWeight> adapters) {
    this(
        prompt,
        negativePrompt,
        width,
        height,
        steps,
        guidanceScale,
        guidanceInterval,
        seed,
        count,
        solver,
        resolutionBinning,
        instruction,
        adapters,
        Conditioning.NONE,
        StepCache.NONE,
        Selection.NONE);
  }

  /** From the prompt alone, with guidance in every step. */
  public GenerationParams(
      String prompt,
      String negativePrompt,
      int width,
      int height,
      int steps,
      double guidanceScale,
      long seed,
      int count,
      SolverKind solver,
      boolean resolutionBinning,
      boolean instruction,
      List<LoraWeight> adapters) {
    this(
        prompt,
        negativePrompt,
        width,
        height,
        steps,
        guidanceScale,
        GuidanceInterval.ALL_STEPS,
        seed,
        count,
        solver,
        resolutionBinning,
        instruction,
        adapters,
        Conditioning.NONE,
        StepCache.NONE,
        Selection.NONE);
  }

  /** The same with other adapters. */
  public GenerationParams withAdapters(List<LoraWeight> others) {
    Copy copy = new Copy(this);
    copy.adapters = others;
    return copy.build();
  }

  /** The same with another guidance interval. */
  public GenerationParams withGuidanceInterval(GuidanceInterval interval) {
    Copy copy = new Copy(this);
    copy.guidanceInterval = interval;
    return copy.build();
  }

  /** The same with another conditioning. */
  public GenerationParams withConditioning(Conditioning other) {
    Copy copy = new Copy(this);
    copy.conditioning = other;
    return copy.build();
  }

  /** The same with another size in pixels. */
  public GenerationParams withSize(int newWidth, int newHeight) {
    Copy copy = new Copy(this);
    copy.width = newWidth;
    copy.height = newHeight;
    return copy.build();
  }

  /** The same with another number of steps. */
  public GenerationParams withSteps(int newSteps) {
    Copy copy = new Copy(this);
    copy.steps = newSteps;
    return copy.build();
  }

  /** The same with another step cache. */
  public GenerationParams withStepCache(StepCache other) {
    Copy copy = new Copy(this);
    copy.stepCache = other;
    return copy.build();
  }

  /** The same with another number of images and another selection of them. */
  public GenerationParams withImages(int newCount, Selection other) {
    Copy copy = new Copy(this);
    copy.count = newCount;
    copy.selection = other;
    return copy.build();
  }

  /** The seed of an image, from 0. */
  public long seedOf(int index) {
    return seed + selection.offset(index);
  }

  /** How many images are generated together, whether they are kept or not. */
  public int generatedImages() {
    return Math.max(count, selection.candidates());
  }

  /** The work in images with all steps: of a draft only its part of the steps counts. */
  public double workImages() {
    return selection.draftSteps() == 0
        ? generatedImages()
        : count + (double) selection.candidates() * selection.draftSteps() / steps;
  }

  /** Parameters of which some are about to change. */
  private static final class Copy {
    private final GenerationParams from;
    private int width;
    private int height;
    private int steps;
    private GuidanceInterval guidanceInterval;
    private int count;
    private List<LoraWeight> adapters;
    private Conditioning conditioning;
    private StepCache stepCache;
    private Selection selection;

    Copy(GenerationParams from) {
      this.from = from;
      width = from.width;
      height = from.height;
      steps = from.steps;
      guidanceInterval = from.guidanceInterval;
      count = from.count;
      adapters = from.adapters;
      conditioning = from.conditioning;
      stepCache = from.stepCache;
      selection = from.selection;
    }

    GenerationParams build() {
      return new GenerationParams(
          from.prompt,
          from.negativePrompt,
          width,
          height,
          steps,
          from.guidanceScale,
          guidanceInterval,
          from.seed,
          count,
          from.solver,
          from.resolutionBinning,
          from.instruction,
          adapters,
          conditioning,
          stepCache,
          selection);
    }
  }
}
