package dev.sanaq.train.eval;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.VaePostprocessor;
import dev.sanaq.train.cache.ImageCache;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
import java.util.HashSet;
import java.util.Set;

/** The features of the images of captions, each once, in the size of the generated ones. */
final class RealImages {
  private final Dataset dataset;
  private final InceptionModel inception;
  private final ImageCache images;
  private final Set<Integer> rows = new HashSet<>();
  private final FeatureSet features = new FeatureSet();

  RealImages(Dataset dataset, InceptionModel inception) {
    this.dataset = dataset;
    this.inception = inception;
    this.images = new ImageCache(dataset);
  }

  /** Adds the image of a row, unless it was added before. */
  void add(int row, ImageSize size) {
    if (rows.add(row)) {
      TrainingSample sample = dataset.samples().get(row);
      RgbImage image = VaePostprocessor.toRgb(images.planes(sample, sample.background(), size));
      features.add(inception.features(image));
    }
  }

  FeatureSet features() {
    return features;
  }
}
