package dev.sanaq.train.eval;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.RgbImage;
import dev.sanaq.train.measure.FrechetDistance;
import dev.sanaq.train.measure.KernelDistance;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** FID and KID: how far the generated images, as a set, are from the images of their captions. */
final class ImageSetMeasure implements CaptionMeasure {
  private final InceptionModel inception;
  private final RealImages real;
  private final Consumer<String> warnings;
  private final FeatureSet generated = new FeatureSet();

  /**
   * @param real shared by the measures of an evaluation
   */
  ImageSetMeasure(InceptionModel inception, RealImages real, Consumer<String> warnings) {
    this.inception = inception;
    this.real = real;
    this.warnings = warnings;
  }

  @Override
  public void add(GeneratedImage image) {
    RgbImage pixels = image.image();
    generated.add(inception.features(pixels));
    real.add(image.query().row(), new ImageSize(pixels.height(), pixels.width()));
  }

  @Override
  public Map<String, Object> result() {
    int dimension = generated.statistics().dimension();
    long least = Math.min(generated.count(), real.features().count());
    if (least < 2) {
      warnings.accept("no FID: it needs two captions or more, of different images");
      return Map.of();
    }
    if (least <= dimension) {
      warnings.accept(
          ("FID of %s generated and %s real images with %s features: too few for the covariances,"
                  + " so it is larger than that of more images. Compare only FIDs of equal numbers,"
                  + " or the KID")
              .formatted(generated.count(), real.features().count(), dimension));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put(
        "fid", FrechetDistance.between(generated.statistics(), real.features().statistics()));
    result.put("kid", KernelDistance.between(generated.kept(), real.features().kept()));
    result.put("generatedImages", generated.count());
    result.put("realImages", real.features().count());
    return result;
  }
}
