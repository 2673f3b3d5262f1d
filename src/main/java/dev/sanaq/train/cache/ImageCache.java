package dev.sanaq.train.cache;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.PremultipliedImage;
import dev.sanaq.image.RgbaImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import dev.sanaq.train.data.AspectBuckets;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Cache of decoded and resized images behind soft references. For one thread at a time. */
public final class ImageCache {
  private final Dataset dataset;
  private final Map<String, SoftReference<RgbaImage>> decoded = new HashMap<>();
  private final Map<ResizedKey, SoftReference<PremultipliedImage>> resized = new HashMap<>();

  private record ResizedKey(String image, ImageSize size) {}

  public ImageCache(Dataset dataset) {
    this.dataset = dataset;
  }

  public Dataset dataset() {
    return dataset;
  }

  /** A sample's image in the size of the file. */
  RgbaImage image(TrainingSample sample) {
    return getOrLoad(decoded, sample.image(), () -> decode(dataset.imageFile(sample)));
  }

  /** Unreadable files were filtered before the run, so a failure here means that one changed. */
  private static RgbaImage decode(Path file) {
    try {
      return ImageDecoder.read(file);
    } catch (UnreadableImageException e) {
      throw new BadDataException(
          file + " was readable at the start of the run, but is not any more", e);
    }
  }

  /** The size that a sample is trained in: the nearest of the buckets. */
  public ImageSize size(TrainingSample sample, AspectBuckets buckets) {
    RgbaImage image = image(sample);
    return buckets.nearest(image.width(), image.height());
  }

  /** A sample's image, scaled and cropped to a size. */
  public PremultipliedImage resized(TrainingSample sample, ImageSize size) {
    return getOrLoad(
        resized,
        new ResizedKey(sample.image(), size),
        () -> PremultipliedImage.coverAndCrop(image(sample), size));
  }

  /**
   * A sample's image, scaled and cropped to a size and composited over a colour.
   *
   * @return (3, H, W), -1 to 1
   */
  public PlanarFloatImage planes(TrainingSample sample, int background, ImageSize size) {
    return resized(sample, size).compositeOver(background);
  }

  private static <K, V> V getOrLoad(Map<K, SoftReference<V>> cache, K key, Supplier<V> loader) {
    SoftReference<V> cached = cache.get(key);
    V value = cached == null ? null : cached.get();
    if (value == null) {
      value = loader.get();
      cache.put(key, new SoftReference<>(value));
    }
    return value;
  }
}
