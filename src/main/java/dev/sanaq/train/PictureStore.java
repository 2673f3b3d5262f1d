package dev.sanaq.train;

import dev.sanaq.image.Canvas;
import dev.sanaq.image.Planes;
import dev.sanaq.image.RgbaImage;
import dev.sanaq.image.Size;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.PictureReader;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.data.UnreadablePictureException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Decoded pictures, and these in the sizes asked for, kept as long as memory allows. One thread.
 */
final class PictureStore {
  private final Dataset data;
  private final Map<String, SoftReference<RgbaImage>> decoded = new HashMap<>();
  private final Map<Resized, SoftReference<Canvas>> resized = new HashMap<>();

  private record Resized(String image, Size size) {}

  PictureStore(Dataset data) {
    this.data = data;
  }

  Dataset data() {
    return data;
  }

  /** A row's picture as the file has it. */
  RgbaImage picture(Row row) {
    return kept(decoded, row.image(), () -> read(data.file(row)));
  }

  /** What cannot be read was left out before the run: a file that changed since ends it. */
  private static RgbaImage read(Path file) {
    try {
      return PictureReader.read(file);
    } catch (UnreadablePictureException e) {
      throw new BadDataException(file + " could be read when the run began, and no more", e);
    }
  }

  /** A row's picture of that size on a colour, (3, H, W) of -1..1. */
  Planes planes(Row row, int background, Size size) {
    Resized wanted = new Resized(row.image(), size);
    return kept(resized, wanted, () -> Canvas.cover(picture(row), size)).on(background);
  }

  private static <K, V> V kept(Map<K, SoftReference<V>> all, K key, Supplier<V> make) {
    SoftReference<V> known = all.get(key);
    V value = known == null ? null : known.get();
    if (value == null) {
      value = make.get();
      all.put(key, new SoftReference<>(value));
    }
    return value;
  }
}
