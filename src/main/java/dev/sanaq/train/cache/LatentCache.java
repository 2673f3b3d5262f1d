package dev.sanaq.train.cache;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.image.ImageSize;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.data.AspectBuckets;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
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
public final class LatentCache {
  private final List<HostTensor> latents;

  LatentCache(List<HostTensor> rows) {
    this.latents = List.copyOf(rows);
  }

  /**
   * Reads the file, or computes and writes it.
   *
   * @param folder of the cache; made where it is missing
   * @param key of data, model and settings, fit for a file's name
   * @param encode from an image (1, 3, H, W) to its latents (1, C, h, w), unscaled
   * @param scale what they are multiplied by
   * @param done told of each row that was encoded
   */
  static LatentCache loadOrCompute(
      Path folder,
      String key,
      Dataset data,
      AspectBuckets buckets,
      Function<ScriptValue, ScriptValue> encode,
      double scale,
      LongConsumer done)
      throws IOException {
    Path file = folder.resolve("latents-" + key + ".safetensors");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Path unfinished = folder.resolve(".latents-" + key);
      Files.deleteIfExists(unfinished);
      SafetensorsWriter.write(unfinished, encodeAll(data, buckets, encode, scale, done), DType.F32);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return new LatentCache(List.copyOf(TensorIndex.open(file).read().values()));
  }

  private static Map<String, HostTensor> encodeAll(
      Dataset data,
      AspectBuckets buckets,
      Function<ScriptValue, ScriptValue> encode,
      double scale,
      LongConsumer done) {
    ImageCache images = new ImageCache(data);
    Map<String, HostTensor> latents = new LinkedHashMap<>();
    for (TrainingSample row : data.samples()) {
      ImageSize size = buckets.nearest(images.image(row).width(), images.image(row).height());
      float[] values = images.planes(row, row.background(), size).values();
      try (ScriptValue image = ScriptValue.floats(values, 1, 3, size.height(), size.width());
          ScriptValue z = encode.apply(image)) {
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
  public int size() {
    return latents.size();
  }

  /** A row's (C, h, w). */
  public long[] shape(int row) {
    return latents.get(row).shape();
  }

  /** A row's numbers; not to be changed. */
  float[] values(int row) {
    return latents.get(row).values();
  }

  /** The numbers of rows of one shape, one after another. */
  public float[] batch(int... chosen) {
    int size = values(chosen[0]).length;
    float[] all = new float[chosen.length * size];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(values(chosen[i]), 0, all, i * size, size);
    }
    return all;
  }
}
