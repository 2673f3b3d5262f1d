package dev.sanaq.train.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LoRA (arXiv 2106.09685): what learns is a product of two thin matrices beside each target.
 *
 * @param rank their inner width
 * @param alpha the product counts {@code alpha / rank}
 * @param targets the last parts of the names of the layers, such as {@code to_q}
 */
public record LoraConfig(int rank, double alpha, List<String> targets) {
  private static final String WEIGHT = ".weight";

  public LoraConfig {
    targets = List.copyOf(targets);
    if (rank < 1 || alpha <= 0 || targets.isEmpty()) {
      throw new IllegalArgumentException(
          "an adapter needs a rank of at least 1, an alpha above 0 and targets: %d, %s, %s"
              .formatted(rank, alpha, targets));
    }
  }

  public double scale() {
    return alpha / rank;
  }

  /**
   * The adapter's matrices, named as published after {@code transformer.}: {@code
   * LAYER.lora_A.weight} (rank, in) and {@code LAYER.lora_B.weight} (out, rank).
   *
   * @param transformer the transformer's shapes
   * @throws IllegalArgumentException where a target is no linear layer of it
   */
  public Map<String, long[]> shapes(Map<String, long[]> transformer) {
    Map<String, long[]> found = new LinkedHashMap<>();
    for (String target : targets) {
      int before = found.size();
      transformer.forEach(
          (name, shape) -> {
            boolean targeted = name.endsWith("." + target + WEIGHT) || name.equals(target + WEIGHT);
            if (targeted && shape.length == 2) {
              String layer = name.substring(0, name.length() - WEIGHT.length());
              found.put(layer + ".lora_A.weight", new long[] {rank, shape[1]});
              found.put(layer + ".lora_B.weight", new long[] {shape[0], rank});
            }
          });
      if (found.size() == before) {
        throw new IllegalArgumentException(
            "no linear layer of the transformer ends with \"%s\"".formatted(target));
      }
    }
    return found;
  }
}
