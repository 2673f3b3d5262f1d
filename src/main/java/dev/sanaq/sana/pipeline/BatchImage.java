package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.text.PromptEmbeds;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One image of a batch.
 *
 * @param entry the entry that it belongs to
 * @param index of the image within the entry, from 0
 */
record BatchImage(BatchEntry entry, int index) {
  /** As in diffusers with a CPU generator for each image: the entry's seed plus the index. */
  private long seed() {
    return entry.params().seed() + index;
  }

  static long[] seeds(List<BatchImage> images) {
    return images.stream().mapToLong(BatchImage::seed).toArray();
  }

  /** One scale per image. */
  static float[] guidanceScales(List<BatchImage> images) {
    float[] scales = new float[images.size()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) images.get(i).entry().params().guidanceScale();
    }
    return scales;
  }

  /** The adapter set of each row: under guidance every image twice. */
  static long[] adapterSets(List<BatchImage> images, int guidanceRows) {
    return IntStream.range(0, guidanceRows)
        .boxed()
        .flatMapToLong(row -> images.stream().mapToLong(image -> image.entry().adapterSet()))
        .toArray();
  }

  /** One per row: under guidance first every image's negative prompt, then every prompt. */
  static List<PromptEmbeds> promptEmbeds(List<BatchImage> images, int guidanceRows) {
    return IntStream.range(0, guidanceRows)
        .boxed()
        .flatMap(row -> images.stream().map(image -> image.entry().promptEmbeds().get(row)))
        .toList();
  }
}
