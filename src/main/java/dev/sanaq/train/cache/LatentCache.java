package dev.sanaq.train.cache;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.ScriptValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;

/**
 * Latents of a dataset's rows, scaled for the transformer; computed once and stored in a file named
 * by a {@link CacheKey}.
 */
public final class LatentCache {
  private final List<HostTensor> latents;

  LatentCache(List<HostTensor> rows) {
    this.latents = List.copyOf(rows);
  }

  /**
   * Reads the file, or computes and writes it.
   *
   * @param folder folder of the cache; created if it does not exist
   * @param key key over data, model and settings, valid in a file name
   * @param count number of rows
   * @param images the image of a row
   * @param encode maps an image (1, 3, H, W) to its unscaled latents (1, C, h, w)
   * @param scale scaling factor of the latents
   * @param progress receives the number of encoded rows
   */
  static LatentCache loadOrCompute(
      Path folder,
      String key,
      int count,
      IntFunction<PlanarFloatImage> images,
      Function<ScriptValue, ScriptValue> encode,
      double scale,
      LongConsumer progress)
      throws IOException {
    Path file = folder.resolve("latents-" + key + ".safetensors");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Path unfinished = folder.resolve(".latents-" + key);
      Files.deleteIfExists(unfinished);
      SafetensorsWriter.write(
          unfinished, encodeAll(count, images, encode, scale, progress), DType.F32);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return new LatentCache(List.copyOf(TensorIndex.open(file).read().values()));
  }

  private static Map<String, HostTensor> encodeAll(
      int count,
      IntFunction<PlanarFloatImage> images,
      Function<ScriptValue, ScriptValue> encode,
      double scale,
      LongConsumer progress) {
    Map<String, HostTensor> latents = new LinkedHashMap<>();
    for (int row = 0; row < count; row++) {
      PlanarFloatImage planes = images.apply(row);
      try (ScriptValue image =
              ScriptValue.floats(planes.values(), 1, 3, planes.height(), planes.width());
          ScriptValue z = encode.apply(image)) {
        float[] scaled = z.toFloats();
        for (int i = 0; i < scaled.length; i++) {
          scaled[i] = (float) (scaled[i] * scale);
        }
        long[] shape = z.shape();
        latents.put(
            Integer.toString(latents.size()),
            new HostTensor(new long[] {shape[1], shape[2], shape[3]}, scaled));
      }
      progress.accept(latents.size());
    }
    return latents;
  }

  /** Number of rows. */
  public int size() {
    return latents.size();
  }

  /** Shape of a row's latents: (C, h, w). */
  public long[] shape(int row) {
    return latents.get(row).shape();
  }

  /** Values of a row's latents; callers must not change them. */
  float[] values(int row) {
    return latents.get(row).values();
  }

  /** Values of several rows of one shape, concatenated: (B, C, h, w). */
  public float[] batch(int... rows) {
    int size = values(rows[0]).length;
    float[] batch = new float[rows.length * size];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values(rows[i]), 0, batch, i * size, size);
    }
    return batch;
  }
}
