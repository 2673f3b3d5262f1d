package dev.sanaq.sana.conditioning;

import java.util.Optional;

/**
 * The images of a conditioning as the denoising loop reads them, on the host: in the transformer's
 * scale and at the generated size.
 *
 * @param source latents (C, h, w) of the source image
 * @param mask (h, w), 1 where the image is generated anew, 0 where it stays the source
 * @param control latents (C, h, w) of the control image
 */
public record ConditioningLatents(
    Optional<float[]> source, Optional<float[]> mask, Optional<float[]> control) {
  /** No images. */
  public static final ConditioningLatents NONE =
      new ConditioningLatents(Optional.empty(), Optional.empty(), Optional.empty());
}
