package dev.sanaq.train.controlnet;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.VaePostprocessor;
import dev.sanaq.image.preprocess.ControlPreprocessor;
import dev.sanaq.image.preprocess.ControlPreprocessors;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.cache.CacheKey;
import dev.sanaq.train.cache.FeatureCaches;
import dev.sanaq.train.cache.ImageCache;
import dev.sanaq.train.cache.LatentCache;
import dev.sanaq.train.config.ControlNetConfig;
import dev.sanaq.train.data.AspectBuckets;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The rows that a ControlNet is trained on: each row of a dataset in several views.
 *
 * @param samples one per row and view
 * @param latents of the images
 * @param control latents of the control images, which the preprocessor makes from the images
 */
public record ControlledData(
    List<TrainingSample> samples, LatentCache latents, LatentCache control) {
  public ControlledData {
    samples = List.copyOf(samples);
  }

  /**
   * Computes the latents, or reads those that an earlier run stored.
   *
   * @param side side in pixels of a square image
   */
  public static ControlledData of(
      Dataset data, ControlNetConfig config, BaseModels models, FeatureCaches caches, int side)
      throws IOException {
    Images images = new Images(data, config, models.autoencoderConfig().spatialCompression(), side);
    ControlPreprocessor preprocessor = ControlPreprocessors.of(config.preprocessor());
    String key = key(data, config, models, side);
    return new ControlledData(
        images.samples(),
        caches.latents(key, "latents", images.count(), images::image, models),
        caches.latents(
            new CacheKey().with(key).with(preprocessor.toString()).toHex(),
            "control",
            images.count(),
            row ->
                PlanarFloatImage.of(
                    preprocessor.process(VaePostprocessor.toRgb(images.image(row)))),
            models));
  }

  /** Cache key of the latents: data, size, autoencoder and views. */
  public static String key(Dataset data, ControlNetConfig config, BaseModels models, int side)
      throws IOException {
    return new CacheKey()
        .with(FeatureCaches.latentKey(data, models, side))
        .with(
            "%s views from %s, seed %s".formatted(config.views(), config.minScale(), config.seed()))
        .toHex();
  }

  /** The views of a dataset's rows, all views of a row after one another. */
  private static final class Images {
    private final List<TrainingSample> rows;
    private final ControlNetConfig config;
    private final ImageCache cache;
    private final AspectBuckets buckets;

    Images(Dataset data, ControlNetConfig config, int compression, int side) {
      this.rows = data.samples();
      this.config = config;
      this.cache = new ImageCache(data);
      this.buckets = AspectBuckets.of(side, compression);
    }

    int count() {
      return rows.size() * config.views();
    }

    List<TrainingSample> samples() {
      return IntStream.range(0, count()).mapToObj(i -> rows.get(i / config.views())).toList();
    }

    PlanarFloatImage image(int number) {
      int row = number / config.views();
      TrainingSample sample = rows.get(row);
      ImageSize size = cache.size(sample, buckets);
      return RandomView.of(config.seed(), row, number % config.views(), config.minScale())
          .of(size, wanted -> cache.resized(sample, wanted))
          .compositeOver(sample.background());
    }
  }
}
