package dev.sanaq.train.controlnet;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.torch.HostTensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Initial weights of a ControlNet (arXiv 2302.05543; diffusers {@code
 * SanaControlNetModel.from_transformer}): those of the transformer's first blocks, and zeros for
 * the linear layers that connect it, so that it has no effect at first.
 */
public final class ControlNetInitializer {
  private ControlNetInitializer() {}

  /**
   * The weights by name.
   *
   * @param config of the ControlNet
   * @param transformer the transformer's weights
   */
  public static Map<String, HostTensor> weights(
      TransformerConfig config, Map<String, HostTensor> transformer) {
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    ExpectedShapes.ofControlNet(config)
        .forEach((name, shape) -> weights.put(name, weight(name, shape, transformer)));
    return weights;
  }

  private static HostTensor weight(String name, long[] shape, Map<String, HostTensor> transformer) {
    HostTensor base = transformer.get(name);
    if (base == null) { // input_block and controlnet_blocks
      return new HostTensor(shape, new float[count(shape)]);
    }
    if (Arrays.equals(base.shape(), shape)) {
      return base;
    }
    float[] values =
        name.endsWith(".ff.conv_point.weight")
            ? firstColumns(base, (int) shape[1])
            : firstOfBothHalves(base, (int) shape[0]);
    return new HostTensor(shape, values);
  }

  /** The first hidden channels, and their gates, which are the second half of the rows. */
  private static float[] firstOfBothHalves(HostTensor base, int rows) {
    int width = base.values().length / (int) base.shape()[0];
    int half = base.values().length / 2;
    float[] values = new float[rows * width];
    System.arraycopy(base.values(), 0, values, 0, values.length / 2);
    System.arraycopy(base.values(), half, values, values.length / 2, values.length / 2);
    return values;
  }

  private static float[] firstColumns(HostTensor base, int columns) {
    int all = (int) base.shape()[1];
    int rows = (int) base.shape()[0];
    float[] values = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(base.values(), row * all, values, row * columns, columns);
    }
    return values;
  }

  private static int count(long[] shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
  }
}
