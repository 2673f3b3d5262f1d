package dev.sanaq.sana.conditioning;

import java.util.Optional;

/**
 * What a generation has besides its prompt.
 *
 * @param source the image to start from
 * @param control the control image
 * @param perturbedAttention perturbed-attention guidance, if it is on
 */
public record Conditioning(
    Optional<SourceImage> source,
    Optional<ControlImage> control,
    Optional<PerturbedAttention> perturbedAttention) {
  /** Nothing but the prompt. */
  public static final Conditioning NONE =
      new Conditioning(Optional.empty(), Optional.empty(), Optional.empty());

  /** The same with a source image. */
  public Conditioning withSource(SourceImage image) {
    return new Conditioning(Optional.of(image), control, perturbedAttention);
  }

  /** The same with a control image. */
  public Conditioning withControl(ControlImage image) {
    return new Conditioning(source, Optional.of(image), perturbedAttention);
  }

  /** The same with perturbed-attention guidance. */
  public Conditioning withPerturbedAttention(PerturbedAttention guidance) {
    return new Conditioning(source, control, Optional.of(guidance));
  }

  /** Whether it has an image, whose geometry the result keeps. */
  public boolean hasImage() {
    return source.isPresent() || control.isPresent();
  }
}
