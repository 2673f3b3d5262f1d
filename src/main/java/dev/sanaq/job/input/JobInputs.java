package dev.sanaq.job.input;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The input images of a job and what belongs to them.
 *
 * @param image the image to start from
 * @param mask what is generated anew; only with an image
 * @param strength of image to image, above 0 to 1
 * @param composite whether pixels outside of the mask stay the image's own
 * @param control the ControlNet's image, and how it acts
 * @param pag perturbed-attention guidance, if it is on
 * @param hashes SHA-256 of the files that were read, by field; empty before
 * @param keepsAspect whether the result gets the aspect ratio of the image, or of the control
 *     image, because the request has no size
 */
public record JobInputs(
    Optional<InputSource> image,
    Optional<InputSource> mask,
    double strength,
    boolean composite,
    Optional<Control> control,
    Optional<Pag> pag,
    Map<String, String> hashes,
    boolean keepsAspect) {
  /** The default strength. */
  public static final double DEFAULT_STRENGTH = 0.6;

  /** No images, no perturbed-attention guidance. */
  public static final JobInputs NONE =
      new JobInputs(
          Optional.empty(),
          Optional.empty(),
          DEFAULT_STRENGTH,
          true,
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          false);

  /**
   * The input of a ControlNet.
   *
   * @param source the image
   * @param controlNet the ControlNet's name; empty for the model's only one
   * @param scale of its outputs
   * @param interval start and stop of the steps in which it acts, as fractions of all steps
   * @param preprocessor makes the input from the image; without it the image is the input
   */
  public record Control(
      InputSource source,
      String controlNet,
      double scale,
      List<Double> interval,
      Optional<Preprocessor> preprocessor) {
    public Control {
      interval = List.copyOf(interval);
    }
  }

  /**
   * A preprocessor of control images.
   *
   * @param name {@code canny} or {@code scribble}
   * @param lowThreshold of Canny
   * @param highThreshold of Canny
   * @param sigma of Canny's Gaussian filter; 0 for none
   */
  public record Preprocessor(
      String name, double lowThreshold, double highThreshold, double sigma) {}

  /**
   * Perturbed-attention guidance.
   *
   * @param scale above 0
   * @param adaptiveScale from 0
   * @param layers blocks of the transformer, from 0
   */
  public record Pag(double scale, double adaptiveScale, List<Integer> layers) {
    public Pag {
      layers = List.copyOf(layers);
    }
  }

  public JobInputs {
    hashes = Map.copyOf(hashes);
  }

  /** Whether images must be read before the job can start. */
  public boolean hasImages() {
    return image.isPresent() || control.isPresent();
  }

  /** The same after reading. */
  public JobInputs withHashes(Map<String, String> read) {
    return new JobInputs(image, mask, strength, composite, control, pag, read, keepsAspect);
  }
}
