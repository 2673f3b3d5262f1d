package dev.sanaq.checkpoint.tensors;

import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors that a config requires: names and shapes, in the order of the layers. One thread. */
public final class ExpectedTensors {
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  /** Shapes by name. */
  public Map<String, long[]> shapes() {
    return Collections.unmodifiableMap(shapes);
  }

  ExpectedTensors tensor(String name, long... shape) {
    shapes.put(name, shape);
    return this;
  }

  /** {@code weight} (out, in), and {@code bias} (out). */
  ExpectedTensors linear(String prefix, long in, long out) {
    return linearWithoutBias(prefix, in, out).tensor(prefix + ".bias", out);
  }

  ExpectedTensors linearWithoutBias(String prefix, long in, long out) {
    return tensor(prefix + ".weight", out, in);
  }

  /** {@code weight} (out, in per group, kernel, kernel), and {@code bias} (out). */
  ExpectedTensors conv(String prefix, long inPerGroup, long out, long kernel) {
    return convWithoutBias(prefix, inPerGroup, out, kernel).tensor(prefix + ".bias", out);
  }

  ExpectedTensors convWithoutBias(String prefix, long inPerGroup, long out, long kernel) {
    return tensor(prefix + ".weight", out, inPerGroup, kernel, kernel);
  }

  /** {@code weight} and {@code bias}, both (width). */
  ExpectedTensors normWithBias(String prefix, long width) {
    return tensor(prefix + ".weight", width).tensor(prefix + ".bias", width);
  }

  /** Reports tensors that are missing, unexpected, or of a wrong shape or type. */
  public void check(TensorIndex tensors, ProblemCollector problems) {
    shapes.forEach(
        (name, shape) -> {
          StoredTensor tensor = tensors.find(name);
          if (tensor == null) {
            problems.add(tensors.source(), name, Arrays.toString(shape), "no such tensor");
          } else if (!tensor.hasShape(shape)) {
            String found = Arrays.toString(tensor.shape());
            problems.add(tensor.file().toString(), name, Arrays.toString(shape), found);
          }
        });
    for (StoredTensor tensor : tensors.all()) {
      String file = tensor.file().toString();
      if (!shapes.containsKey(tensor.name())) {
        problems.add(file, tensor.name(), "no such tensor", Arrays.toString(tensor.shape()));
      } else if (!tensor.dtype().isWeightType()) {
        problems.add(file, tensor.name(), "F32, F16 or BF16", tensor.dtype().name());
      }
    }
  }
}
