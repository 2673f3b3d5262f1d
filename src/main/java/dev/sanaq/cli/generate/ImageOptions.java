package dev.sanaq.cli.generate;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.RgbaImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import dev.sanaq.image.preprocess.CannyEdges;
import dev.sanaq.image.preprocess.ControlPreprocessor;
import dev.sanaq.image.preprocess.ControlPreprocessors;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.conditioning.PerturbedAttention;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.sana.solver.GuidanceInterval;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for input images and perturbed-attention guidance. */
final class ImageOptions {
  @Option(
      names = "--image",
      paramLabel = "FILE",
      description =
          "Image to start from: PNG, JPEG or WebP. Without --width and --height the result has its"
              + " aspect ratio.")
  private @Nullable Path image;

  @Option(
      names = "--strength",
      paramLabel = "X",
      description = "Share of the steps that run on --image, above 0 to 1 (default: 0.6).")
  private @Nullable Double strength;

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "Mask of the size of --image: white, or transparent, is generated anew (default: the"
              + " transparent pixels of --image, if any).")
  private @Nullable Path mask;

  @Option(
      names = "--no-composite",
      description = "With a mask, write the decoded image as it is, also outside of the mask.")
  private boolean noComposite;

  @Option(
      names = "--control",
      paramLabel = "FILE",
      description = "Input image of the model's ControlNet: PNG, JPEG or WebP.")
  private @Nullable Path control;

  @Option(
      names = "--controlnet",
      paramLabel = "NAME",
      description = "The ControlNet, if the model has several: a folder of its folder controlnets.")
  private @Nullable String controlNet;

  @Option(
      names = "--control-scale",
      paramLabel = "X",
      description = "Scale of the ControlNet's outputs (default: 1).")
  private @Nullable Double controlScale;

  @Option(
      names = "--control-interval",
      paramLabel = "START,STOP",
      split = ",",
      description =
          "The steps in which the ControlNet acts, as fractions of all steps (default: 0,1).")
  private List<Double> controlInterval = List.of();

  @Option(
      names = "--control-preprocessor",
      paramLabel = "NAME",
      description =
          "Makes the ControlNet's input from --control: canny (edges) or scribble (strokes thinned"
              + " to lines) (default: none, --control is the input).")
  private @Nullable String controlPreprocessor;

  @Option(
      names = "--canny-thresholds",
      paramLabel = "LOW,HIGH",
      split = ",",
      description = "Thresholds of the gradient for canny, 0 to 2040 (default: 100,200).")
  private List<Double> cannyThresholds = List.of();

  @Option(
      names = "--canny-sigma",
      paramLabel = "X",
      description =
          "Standard deviation of the Gaussian filter before canny, in pixels (default: 0, none).")
  private @Nullable Double cannySigma;

  @Option(
      names = "--pag-scale",
      paramLabel = "X",
      description = "Scale of perturbed-attention guidance; off at 0 (default: off).")
  private @Nullable Double pagScale;

  @Option(
      names = "--pag-adaptive-scale",
      paramLabel = "X",
      description = "How fast that scale falls with the timestep (default: 0).")
  private @Nullable Double pagAdaptiveScale;

  @Option(
      names = "--pag-layers",
      paramLabel = "N",
      split = ",",
      description = "The transformer's blocks that it perturbs, counted from 0 (default: 0).")
  private List<Integer> pagLayers = List.of();

  /** The size of the input image, if there is one. */
  static Optional<ImageSize> size(Conditioning conditioning) {
    return conditioning
        .source()
        .map(SourceImage::image)
        .or(() -> conditioning.control().map(ControlImage::image))
        .map(input -> new ImageSize(input.height(), input.width()));
  }

  /**
   * Reads the images.
   *
   * @throws IllegalArgumentException naming the invalid option or file
   */
  Conditioning read() {
    return new Conditioning(readSource(), readControl(), perturbedAttention());
  }

  private Optional<SourceImage> readSource() {
    if (image == null) {
      requireAbsent("--strength", strength, "--image");
      requireAbsent("--mask", mask, "--image");
      requireAbsent("--no-composite", noComposite ? true : null, "--image");
      return Optional.empty();
    }
    double share = strength == null ? SourceImage.DEFAULT_STRENGTH : strength;
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "--strength %s: must be above 0 and at most 1".formatted(share));
    }
    RgbaImage source = decode("--image", image);
    Optional<MaskImage> masked = Optional.empty();
    if (mask != null) {
      masked = Optional.of(MaskImage.of(decode("--mask", mask)));
    } else if (source.hasTransparency()) {
      masked = Optional.of(MaskImage.ofTransparency(source));
    }
    return Optional.of(new SourceImage(source.toRgb(), masked, share, !noComposite));
  }

  private Optional<ControlImage> readControl() {
    if (control == null) {
      requireAbsent("--control-scale", controlScale, "--control");
      requireAbsent("--controlnet", controlNet, "--control");
      requireAbsent("--control-interval", controlInterval.isEmpty() ? null : true, "--control");
      requireAbsent("--control-preprocessor", controlPreprocessor, "--control");
      requireAbsent("--canny-thresholds", cannyThresholds.isEmpty() ? null : true, "--control");
      requireAbsent("--canny-sigma", cannySigma, "--control");
      return Optional.empty();
    }
    if (!controlInterval.isEmpty()
        && (controlInterval.size() != 2
            || !GuidanceInterval.isValid(controlInterval.get(0), controlInterval.get(1)))) {
      throw new IllegalArgumentException(
          "--control-interval %s: must be START,STOP with 0 <= START < STOP <= 1"
              .formatted(controlInterval));
    }
    RgbImage input = decode("--control", control).toRgb();
    return Optional.of(
        new ControlImage(
            controlNet == null ? "" : controlNet,
            input,
            controlScale == null ? 1 : controlScale,
            controlInterval.isEmpty()
                ? GuidanceInterval.ALL_STEPS
                : new GuidanceInterval(controlInterval.get(0), controlInterval.get(1)),
            preprocessor()));
  }

  private Optional<ControlPreprocessor> preprocessor() {
    if (!CannyEdges.NAME.equals(controlPreprocessor)) {
      String needed = "--control-preprocessor " + CannyEdges.NAME;
      requireAbsent("--canny-thresholds", cannyThresholds.isEmpty() ? null : true, needed);
      requireAbsent("--canny-sigma", cannySigma, needed);
      return Optional.ofNullable(controlPreprocessor).map(ImageOptions::preprocessor);
    }
    if (!cannyThresholds.isEmpty() && cannyThresholds.size() != 2) {
      throw new IllegalArgumentException(
          "--canny-thresholds %s: must be LOW,HIGH".formatted(cannyThresholds));
    }
    CannyEdges defaults = CannyEdges.DEFAULT;
    return Optional.of(
        new CannyEdges(
            cannyThresholds.isEmpty() ? defaults.lowThreshold() : cannyThresholds.get(0),
            cannyThresholds.isEmpty() ? defaults.highThreshold() : cannyThresholds.get(1),
            cannySigma == null ? defaults.sigma() : cannySigma));
  }

  private static ControlPreprocessor preprocessor(String name) {
    try {
      return ControlPreprocessors.of(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--control-preprocessor: " + e.getMessage(), e);
    }
  }

  private Optional<PerturbedAttention> perturbedAttention() {
    if (pagScale == null || pagScale == 0) {
      requireAbsent("--pag-adaptive-scale", pagAdaptiveScale, "--pag-scale above 0");
      requireAbsent("--pag-layers", pagLayers.isEmpty() ? null : true, "--pag-scale above 0");
      return Optional.empty();
    }
    return Optional.of(
        new PerturbedAttention(
            pagScale,
            pagAdaptiveScale == null ? 0 : pagAdaptiveScale,
            pagLayers.isEmpty() ? PerturbedAttention.DEFAULT_LAYERS : pagLayers));
  }

  private static RgbaImage decode(String option, Path file) {
    try {
      return ImageDecoder.read(file, ImageDecoder.MAX_INPUT_PIXELS);
    } catch (UnreadableImageException e) {
      throw new IllegalArgumentException(option + " " + e.getMessage(), e);
    }
  }

  private static void requireAbsent(String option, @Nullable Object value, String other) {
    if (value != null) {
      throw new IllegalArgumentException("%s: needs %s".formatted(option, other));
    }
  }
}
