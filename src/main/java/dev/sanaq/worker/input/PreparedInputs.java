package dev.sanaq.worker.input;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.preprocess.CannyEdges;
import dev.sanaq.image.preprocess.ControlPreprocessor;
import dev.sanaq.image.preprocess.ControlPreprocessors;
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
 * @param size of the result
 */
public record PreparedInputs(JobInputs inputs, Conditioning conditioning, ImageSize size) {
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
        control.flatMap(source -> inputs.control().map(settings -> controlImage(source, settings))),
        inputs
            .pag()
            .map(pag -> new PerturbedAttention(pag.scale(), pag.adaptiveScale(), pag.layers())));
  }

  private static ControlImage controlImage(RgbImage image, JobInputs.Control settings) {
    return new ControlImage(
        settings.controlNet(),
        image,
        settings.scale(),
        new GuidanceInterval(settings.interval().get(0), settings.interval().get(1)),
        settings.preprocessor().map(PreparedInputs::preprocessor));
  }

  private static ControlPreprocessor preprocessor(JobInputs.Preprocessor settings) {
    return settings.name().equals(CannyEdges.NAME)
        ? new CannyEdges(settings.lowThreshold(), settings.highThreshold(), settings.sigma())
        : ControlPreprocessors.of(settings.name());
  }
}
