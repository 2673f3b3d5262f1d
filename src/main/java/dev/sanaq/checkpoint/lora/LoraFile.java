package dev.sanaq.checkpoint.lora;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.torch.HostTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter for a transformer, as diffusers publishes it ({@code
 * pytorch_lora_weights.safetensors}): for each layer {@code transformer.LAYER.lora_A.weight} (rank,
 * in) and {@code .lora_B.weight} (out, rank), F32, and optionally {@code .alpha} (default: the
 * rank).
 */
public final class LoraFile {
  private static final String PREFIX = "transformer.";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";
  private static final String ALPHA = ".alpha";

  private final Map<String, LowRank> layers;

  /**
   * The low-rank update of a layer's weight: {@code scale * b a}.
   *
   * @param a (rank, in)
   * @param b (out, rank)
   * @param scale alpha / rank
   */
  public record LowRank(HostTensor a, HostTensor b, double scale) {}

  private LoraFile(Map<String, LowRank> layers) {
    this.layers = Collections.unmodifiableMap(layers);
  }

  /** Updates by layer: the weight's name without {@code .weight}. */
  public Map<String, LowRank> layers() {
    return layers;
  }

  /**
   * Reads a file and checks it against a transformer.
   *
   * @throws CheckpointException with every problem found
   */
  public static LoraFile open(Path file, TransformerConfig config) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>(TensorIndex.open(file).read());
    Map<String, long[]> shapes = ExpectedShapes.of(config);
    ProblemCollector problems = new ProblemCollector();
    Map<String, LowRank> layers = new LinkedHashMap<>();
    for (String name : tensors.keySet()) {
      if (name.startsWith(PREFIX) && name.endsWith(A)) {
        String layer = name.substring(PREFIX.length(), name.length() - A.length());
        LowRank low = readLayer(file, layer, tensors, shapes.get(layer + ".weight"), problems);
        if (low != null) {
          layers.put(layer, low);
        }
      } else if (!name.startsWith(PREFIX) || !(name.endsWith(B) || name.endsWith(ALPHA))) {
        problems.add(
            file.toString(), name, "a transformer layer's lora_A, lora_B or alpha", "another name");
      }
    }
    if (layers.isEmpty() && problems.isEmpty()) {
      problems.add(file.toString(), "", "transformer.*.lora_A.weight", "none");
    }
    problems.throwIfAny();
    return new LoraFile(layers);
  }

  private static @Nullable LowRank readLayer(
      Path file,
      String layer,
      Map<String, HostTensor> tensors,
      long @Nullable [] shape,
      ProblemCollector problems) {
    HostTensor a = tensors.get(PREFIX + layer + A);
    HostTensor b = tensors.get(PREFIX + layer + B);
    HostTensor alpha = tensors.get(PREFIX + layer + ALPHA);
    if (shape == null || shape.length != 2) {
      problems.add(
          file.toString(), layer, "a linear layer of the transformer", "none of that name");
      return null;
    }
    if (a == null || b == null) {
      problems.add(file.toString(), layer, "lora_A and lora_B", "one of them alone");
      return null;
    }
    boolean fits =
        a.shape().length == 2
            && b.shape().length == 2
            && a.shape()[1] == shape[1]
            && b.shape()[0] == shape[0]
            && a.shape()[0] == b.shape()[1];
    if (!fits) {
      problems.add(
          file.toString(),
          layer,
          "(r, %s) and (%s, r)".formatted(shape[1], shape[0]),
          "%s and %s".formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape())));
      return null;
    }
    double scale = alpha == null ? 1 : alpha.values()[0] / (double) a.shape()[0];
    return new LowRank(a, b, scale);
  }
}
