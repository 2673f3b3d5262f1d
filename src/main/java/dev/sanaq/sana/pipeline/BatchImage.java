package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ConditioningLatents;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.conditioning.PerturbedAttention;
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
    return entry.params().seedOf(index);
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

  /** One scale of perturbed-attention guidance per image. */
  static float[] pagScales(List<BatchImage> images, double timestep) {
    float[] scales = new float[images.size()];
    for (int i = 0; i < scales.length; i++) {
      PerturbedAttention guidance = images.get(i).conditioning().perturbedAttention().orElseThrow();
      scales[i] = (float) guidance.scaleAt(timestep);
    }
    return scales;
  }

  /** The control image of each. */
  static List<ControlImage> controlImages(List<BatchImage> images) {
    return images.stream().map(image -> image.conditioning().control().orElseThrow()).toList();
  }

  /** The encoded images of each. */
  static List<ConditioningLatents> conditioningLatents(List<BatchImage> images) {
    return images.stream().map(image -> image.entry().conditioning()).toList();
  }

  private Conditioning conditioning() {
    return entry.params().conditioning();
  }

  /** The adapter set of each row: under guidance every image several times. */
  static long[] adapterSets(List<BatchImage> images, int guidanceRows) {
    return IntStream.range(0, guidanceRows)
        .boxed()
        .flatMapToLong(row -> images.stream().mapToLong(image -> image.entry().adapterSet()))
        .toArray();
  }

  /**
   * One per row: under classifier-free guidance first every image's negative prompt; then every
   * prompt; under perturbed-attention guidance once more.
   */
  static List<PromptEmbeds> promptEmbeds(List<BatchImage> images, int guidanceRows) {
    return IntStream.range(0, guidanceRows)
        .boxed()
        .flatMap(row -> images.stream().map(image -> image.entry().promptEmbeds().get(row)))
        .toList();
  }
}
