package dev.sanaq.sana;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.select.ScoredImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The images of one entry, and the time of each stage.
 *
 * @param images the noise of image i came from {@code seed + offset(i)}
 * @param timings wall time by stage, in this order: text, encode (of input images), denoise,
 *     decode, resize, score. denoise is the time of whole passes, also where they had images of
 *     other entries
 * @param scores one for each image if candidates were scored, the best first; else empty
 */
public record GenerationResult(
    List<RgbImage> images, Map<String, Duration> timings, List<ScoredImage> scores) {

  /** Without scores. */
  public GenerationResult(List<RgbImage> images, Map<String, Duration> timings) {
    this(images, timings, List.of());
  }

  /** What to add to the seed of the parameters to get that of an image. */
  public int offset(int index) {
    return scores.isEmpty() ? index : scores.get(index).offset();
  }

  /** The score of an image; empty if none was computed. */
  public OptionalDouble score(int index) {
    return scores.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(scores.get(index).score());
  }
}
