package dev.sanaq.sana.conditioning;

import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import java.util.Optional;

/**
 * The image that a generation starts from (diffusers: {@code image}, {@code strength}, {@code
 * mask_image} of the flow-matching image-to-image and inpainting pipelines). Of any size: it is
 * resized to the generated size without keeping its aspect ratio, and the result is resized back.
 *
 * @param image the image
 * @param mask what is generated anew, for inpainting; without it everything is
 * @param strength above 0, at most 1: the share of the steps that run; the others are skipped, so
 *     that more of the image stays
 * @param composite whether the pixels outside of the mask become the source's own, with a smooth
 *     transition inside of the mask; else the whole result is the decoded image
 */
public record SourceImage(
    RgbImage image, Optional<MaskImage> mask, double strength, boolean composite) {
  /** The default strength of diffusers' image-to-image pipelines. */
  public static final double DEFAULT_STRENGTH = 0.6;

  public SourceImage {
    if (!(strength > 0 && strength <= 1)) {
      throw new IllegalArgumentException(
          "strength %s: must be above 0 and at most 1".formatted(strength));
    }
    mask.ifPresent(
        m -> {
          if (m.width() != image.width() || m.height() != image.height()) {
            throw new IllegalArgumentException(
                "the mask has %s x %s pixels, the image %s x %s: they must have the same size"
                    .formatted(m.width(), m.height(), image.width(), image.height()));
          }
        });
  }

  /**
   * The first step that runs, from 0; at least the last one does (diffusers: {@code
   * get_timesteps}).
   *
   * @param steps of the whole schedule
   */
  public int firstStep(int steps) {
    int first = (int) Math.max(steps - Math.min(steps * strength, steps), 0);
    return Math.min(first, steps - 1);
  }
}
