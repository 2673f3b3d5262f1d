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
 * @param control the input of the ControlNet
 * @param controlScale of the ControlNet
 * @param pag perturbed-attention guidance, if it is on
 * @param hashes SHA-256 of the files that were read, by field; empty before
 */
public record JobInputs(
    Optional<InputSource> image,
    Optional<InputSource> mask,
    double strength,
    boolean composite,
    Optional<InputSource> control,
    double controlScale,
    Optional<Pag> pag,
    Map<String, String> hashes) {
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
          1,
          Optional.empty(),
          Map.of());

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
    return new JobInputs(image, mask, strength, composite, control, controlScale, pag, read);
  }
}
