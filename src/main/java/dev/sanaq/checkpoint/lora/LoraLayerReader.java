package dev.sanaq.checkpoint.lora;

import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.lora.LoraTensorName.Part;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Checks one layer's tensors against the layer, each other and the file's header. */
record LoraLayerReader(Path file, LoraMetadata metadata, ProblemCollector problems) {

  /**
   * Reads a layer.
   *
   * @param shape of the layer's weight
   * @return empty after adding a problem
   */
  Optional<LoraLayer> read(String layer, Map<Part, StoredTensor> parts, long[] shape) {
    StoredTensor a = parts.get(Part.A);
    StoredTensor b = parts.get(Part.B);
    if (a == null || b == null) {
      Object found = a != null ? Part.A : b != null ? Part.B : parts.keySet().iterator().next();
      return problem(layer, "lora_A and lora_B", found + " alone");
    }
    if (shape.length == 4 && shape[1] == 1 && shape[0] > 1) {
      return problem(layer, "a linear layer or a full convolution", "a depthwise convolution");
    }
    if (!fits(a, b, shape)) {
      return problem(layer, expectedShapes(shape), shapes(a, b));
    }
    Optional<StoredTensor> bias = Optional.ofNullable(parts.get(Part.BIAS));
    Optional<StoredTensor> magnitude = Optional.ofNullable(parts.get(Part.MAGNITUDE));
    for (StoredTensor vector : Stream.concat(bias.stream(), magnitude.stream()).toList()) {
      if (!isOnePerOutput(vector.shape(), shape[0])) {
        return problem(
            vector.name(),
            "%s numbers, one for each output".formatted(shape[0]),
            "shape " + Arrays.toString(vector.shape()));
      }
    }
    long rank = a.shape()[0];
    return alpha(layer, parts, rank)
        .map(alpha -> new LoraLayer(a, b, bias, magnitude, alpha, alpha / divisor(rank)));
  }

  private double divisor(long rank) {
    return metadata.rankStabilized() ? Math.sqrt(rank) : rank;
  }

  /** The file's alpha, by default the rank; empty after adding a problem. */
  private Optional<Double> alpha(String layer, Map<Part, StoredTensor> parts, long rank) {
    OptionalDouble headerRank = metadata.rank(layer);
    if (headerRank.isPresent() && headerRank.getAsDouble() != rank) {
      return problem(
          layer, "rank %s, as the header says".formatted(headerRank.getAsDouble()), "rank " + rank);
    }
    boolean dora = parts.containsKey(Part.MAGNITUDE);
    if (metadata.dora().isPresent() && metadata.dora().get() != dora) {
      return problem(
          layer,
          "use_dora %s, as the header says".formatted(metadata.dora().get()),
          dora ? "a magnitude" : "no magnitude");
    }
    OptionalDouble header = metadata.alpha(layer);
    StoredTensor stored = parts.get(Part.ALPHA);
    if (stored == null) {
      return Optional.of(header.orElse(rank));
    }
    Double alpha = problems.collect(stored::readScalar);
    if (alpha == null) {
      return Optional.empty();
    }
    // The tensor may have been rounded to its type.
    if (header.isPresent() && Math.abs(header.getAsDouble() - alpha) > Math.abs(alpha) / 128) {
      return problem(
          stored.name(),
          "alpha %s, as the header says".formatted(header.getAsDouble()),
          "" + alpha);
    }
    return Optional.of(header.orElse(alpha));
  }

  private static boolean fits(StoredTensor a, StoredTensor b, long[] shape) {
    long rank = a.shape().length == 0 ? 0 : a.shape()[0];
    long[] wantedA = shape.clone();
    wantedA[0] = rank;
    return rank > 0
        && rank <= Integer.MAX_VALUE
        && (Arrays.equals(withoutOnes(a.shape()), withoutOnes(wantedA)) && a.shape().length >= 2)
        && b.shape().length >= 2
        && b.shape()[0] == shape[0]
        && b.shape()[1] == rank
        && b.elements() == shape[0] * rank;
  }

  /** A 1x1 convolution's shape without the ones at its end. */
  private static long[] withoutOnes(long[] shape) {
    int length = shape.length;
    while (length > 2 && shape[length - 1] == 1) {
      length--;
    }
    return Arrays.copyOf(shape, length);
  }

  /** PEFT writes (out) or (1, out, 1, 1), kohya (out, 1). (1, in) is one for each input. */
  private static boolean isOnePerOutput(long[] shape, long outputs) {
    int at = shape.length == 4 ? 1 : 0;
    if (shape.length == 0 || shape[at] != outputs && shape[0] != outputs) {
      return false;
    }
    return Arrays.stream(shape).filter(side -> side != 1).count() <= 1;
  }

  private static String expectedShapes(long[] shape) {
    String rest = shape.length == 4 && shape[2] > 1 ? ", %s, %s".formatted(shape[2], shape[3]) : "";
    return "(r, %s%s) and (%s, r) with a rank r from 1".formatted(shape[1], rest, shape[0]);
  }

  private static String shapes(StoredTensor a, StoredTensor b) {
    return "%s and %s".formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape()));
  }

  private <T> Optional<T> problem(String key, String expected, String found) {
    problems.add(file.toString(), key, expected, found);
    return Optional.empty();
  }
}
