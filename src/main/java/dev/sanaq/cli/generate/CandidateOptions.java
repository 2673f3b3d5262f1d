package dev.sanaq.cli.generate;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.score.ClipModel;
import dev.sanaq.sana.score.SelectingGenerator;
import dev.sanaq.sana.select.Selection;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of best of n: more images are generated than are kept. */
final class CandidateOptions {
  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "Generate N images and keep the best by a CLIP model (default: keep all).")
  private @Nullable Integer candidates;

  @Option(
      names = "--draft-steps",
      paramLabel = "N",
      description =
          "Denoising steps of a candidate; the best are generated again with all (default: all).")
  private @Nullable Integer draftSteps;

  @Option(
      names = "--scorer",
      paramLabel = "DIR",
      description = "Folder of a CLIP model (clip.pt, tokenizer.json) that scores the candidates.")
  private @Nullable Path scorer;

  /**
   * Validates what can be validated before a model is loaded.
   *
   * @param numImages how many images are kept
   * @throws IllegalArgumentException naming the invalid option
   */
  void validate(int numImages) {
    if (candidates == null) {
      if (draftSteps != null || scorer != null) {
        throw new IllegalArgumentException(
            "%s needs --candidates".formatted(draftSteps != null ? "--draft-steps" : "--scorer"));
      }
      return;
    }
    if (candidates < numImages) {
      throw new IllegalArgumentException(
          "--candidates %s: must be at least the number of images, %s"
              .formatted(candidates, numImages));
    }
    if (scorer == null) {
      throw new IllegalArgumentException("--candidates needs --scorer, a folder of a CLIP model");
    }
    if (draftSteps != null && draftSteps < 1) {
      throw new IllegalArgumentException(
          "--draft-steps %s: must be at least 1".formatted(draftSteps));
    }
  }

  /** How many images have a seed: those that are generated. */
  int generatedImages(int numImages) {
    return candidates == null ? numImages : candidates;
  }

  /**
   * The selection.
   *
   * @param steps of an image
   * @throws IllegalArgumentException if a draft would have as many
   */
  Selection selection(int steps) {
    if (candidates == null) {
      return Selection.NONE;
    }
    if (draftSteps != null && draftSteps >= steps) {
      throw new IllegalArgumentException(
          "--draft-steps %s: must be fewer than the steps, %s".formatted(draftSteps, steps));
    }
    return Selection.of(candidates, draftSteps == null ? 0 : draftSteps);
  }

  /** The generator with the scorer, if there is one; closing it closes both. */
  ImageGenerator withScorer(ImageGenerator generator) {
    if (scorer == null) {
      return generator;
    }
    try {
      return new SelectingGenerator(generator, ClipModel.open(scorer));
    } catch (RuntimeException e) {
      generator.close();
      throw e;
    }
  }
}
