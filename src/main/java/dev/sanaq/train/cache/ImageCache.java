package dev.sanaq.train.cache;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.PremultipliedImage;
import dev.sanaq.image.RgbaImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Decoded images, and these in the sizes asked for, kept as long as memory allows. One thread. */
public final class ImageCache {
  private final Dataset dataset;
  private final Map<String, SoftReference<RgbaImage>> decoded = new HashMap<>();
  private final Map<ResizedKey, SoftReference<PremultipliedImage>> resized = new HashMap<>();

  private record ResizedKey(String image, ImageSize size) {}

  public ImageCache(Dataset data) {
    this.dataset = data;
  }

  public Dataset dataset() {
    return dataset;
  }

  /** A row's image as the file has it. */
  RgbaImage image(TrainingSample row) {
    return getOrLoad(decoded, row.image(), () -> decode(dataset.imageFile(row)));
  }

  /** What cannot be read was left out before the run: a file that changed since ends it. */
  private static RgbaImage decode(Path file) {
    try {
      return ImageDecoder.read(file);
    } catch (UnreadableImageException e) {
      throw new BadDataException(file + " could be read when the run began, and no more", e);
    }
  }

  /** A row's image of that size on a colour, (3, H, W) of -1..1. */
  public PlanarFloatImage planes(TrainingSample row, int background, ImageSize size) {
    ResizedKey wanted = new ResizedKey(row.image(), size);
    return getOrLoad(resized, wanted, () -> PremultipliedImage.coverAndCrop(image(row), size))
        .compositeOver(background);
  }

  private static <K, V> V getOrLoad(Map<K, SoftReference<V>> all, K key, Supplier<V> make) {
    SoftReference<V> known = all.get(key);
    V value = known == null ? null : known.get();
    if (value == null) {
      value = make.get();
      all.put(key, new SoftReference<>(value));
    }
    return value;
  }
}
