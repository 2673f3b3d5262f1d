package dev.sanaq.worker.input;

import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.job.input.JobInputs;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.conditioning.PerturbedAttention;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.sana.solver.GuidanceInterval;
import java.util.Optional;

/**
 * The inputs of a job as the model takes them.
 *
 * @param inputs with the hashes of the files
 * @param conditioning with their images
 */
public record PreparedInputs(JobInputs inputs, Conditioning conditioning) {
  private static final RgbImage PLACEHOLDER = new RgbImage(1, 1, new byte[3]);

  /** Inputs whose images are not read yet: enough for the batch key. */
  public static Conditioning placeholder(JobInputs inputs) {
    return conditioning(
        inputs,
        inputs.image().map(source -> PLACEHOLDER),
        Optional.empty(),
        inputs.control().map(source -> PLACEHOLDER));
  }

  static Conditioning conditioning(
      JobInputs inputs,
      Optional<RgbImage> image,
      Optional<MaskImage> mask,
      Optional<RgbImage> control) {
    return new Conditioning(
        image.map(source -> new SourceImage(source, mask, inputs.strength(), inputs.composite())),
        control.map(
            source ->
                new ControlImage("", source, inputs.controlScale(), GuidanceInterval.ALL_STEPS)),
        inputs
            .pag()
            .map(pag -> new PerturbedAttention(pag.scale(), pag.adaptiveScale(), pag.layers())));
  }
}
