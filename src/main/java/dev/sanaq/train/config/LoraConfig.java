package dev.sanaq.train.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings of a LoRA adapter (arXiv 2106.09685): a trained low-rank product beside each target.
 *
 * @param rank inner width of the two matrices
 * @param alpha the product is scaled by {@code alpha / rank}
 * @param targets last parts of the names of the layers, such as {@code to_q}
 */
public record LoraConfig(int rank, double alpha, List<String> targets) {
  private static final String WEIGHT = ".weight";

  public LoraConfig {
    targets = List.copyOf(targets);
    if (rank < 1 || alpha <= 0 || targets.isEmpty()) {
      throw new IllegalArgumentException(
          "a LoRA adapter needs rank >= 1, alpha > 0 and targets: rank %s, alpha %s, targets %s"
              .formatted(rank, alpha, targets));
    }
  }

  /** Factor of the product. */
  public double scale() {
    return alpha / rank;
  }

  /**
   * Shapes of the adapter's matrices: {@code LAYER.lora_A.weight} (rank, in) and {@code
   * LAYER.lora_B.weight} (out, rank), as published after the prefix {@code transformer.}.
   *
   * @param transformer shapes of the transformer's weights
   * @throws IllegalArgumentException if a target matches no linear layer
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
            "no linear layer of the transformer has a name that ends with \"%s\""
                .formatted(target));
      }
    }
    return found;
  }
}
