package dev.sanaq.train;

import dev.sanaq.image.Size;
import dev.sanaq.sana.checkpoint.SafetensorsWriter;
import dev.sanaq.sana.checkpoint.StorageType;
import dev.sanaq.sana.checkpoint.Tensors;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.Value;
import dev.sanaq.train.data.Buckets;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * The latents of a data set's rows, scaled for the transformer: computed once, kept in a file whose
 * name says of what.
 */
final class LatentStore {
  private final List<HostTensor> rows;

  LatentStore(List<HostTensor> rows) {
    this.rows = List.copyOf(rows);
  }

  /**
   * Reads the file, or computes and writes it.
   *
   * @param folder of the cache; made where it is missing
   * @param key of data, model and settings, fit for a file's name
   * @param encode from a picture (1, 3, H, W) to its latents (1, C, h, w), unscaled
   * @param scale what they are multiplied by
   * @param done told of each row that was encoded
   */
  static LatentStore of(
      Path folder,
      String key,
      Dataset data,
      Buckets buckets,
      Function<Value, Value> encode,
      double scale,
      LongConsumer done)
      throws IOException {
    Path file = folder.resolve("latents-" + key + ".safetensors");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Path unfinished = folder.resolve(".latents-" + key);
      Files.deleteIfExists(unfinished);
      SafetensorsWriter.write(
          unfinished, encoded(data, buckets, encode, scale, done), StorageType.F32);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return new LatentStore(List.copyOf(Tensors.open(file).read().values()));
  }

  private static Map<String, HostTensor> encoded(
      Dataset data,
      Buckets buckets,
      Function<Value, Value> encode,
      double scale,
      LongConsumer done) {
    PictureStore pictures = new PictureStore(data);
    Map<String, HostTensor> latents = new LinkedHashMap<>();
    for (Row row : data.rows()) {
      Size size = buckets.nearest(pictures.picture(row).width(), pictures.picture(row).height());
      float[] values = pictures.planes(row, row.background(), size).values();
      try (Value picture = Value.floats(values, 1, 3, size.height(), size.width());
          Value z = encode.apply(picture)) {
        float[] numbers = z.toFloats();
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = (float) (numbers[i] * scale);
        }
        long[] shape = z.shape();
        latents.put(
            Integer.toString(latents.size()),
            new HostTensor(new long[] {shape[1], shape[2], shape[3]}, numbers));
      }
      done.accept(latents.size());
    }
    return latents;
  }

  /** How many rows there are. */
  int size() {
    return rows.size();
  }

  /** A row's (C, h, w). */
  long[] shape(int row) {
    return rows.get(row).shape();
  }

  /** A row's numbers; not to be changed. */
  float[] numbers(int row) {
    return rows.get(row).numbers();
  }

  /** The numbers of rows of one shape, one after another. */
  float[] batch(int... chosen) {
    int size = numbers(chosen[0]).length;
    float[] all = new float[chosen.length * size];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(numbers(chosen[i]), 0, all, i * size, size);
    }
    return all;
  }
}
