package dev.sanaq.sana.lora;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.lora.LoraLayer;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.sana.transformer.ScaledAdapter;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Adds adapters to the weights of a transformer (diffusers' {@code fuse_lora}): it then takes no
 * more time than without them, and the weights are rounded to their stored type. One thread.
 */
public final class LoraFusion implements AutoCloseable {
  private final List<ScaledAdapter> adapters;
  private final ScriptProgram program =
      ScriptProgram.compile(
          LoraFusion.class, "lora_fusion", Map.of(), Devices.choose("cpu", "fp32"));

  private LoraFusion(List<ScaledAdapter> adapters) {
    this.adapters = adapters;
  }

  /**
   * Adds adapters to every variant of a checkpoint's transformer, in its files. If it fails, some
   * weights are changed already: work on a copy.
   *
   * @param adapters opened with {@link LoraRegistry#resolve}; applied in this order
   * @throws CheckpointException if a file has changed since it was opened
   * @throws IllegalArgumentException if the adapters add a bias to a layer that has none, or if a
   *     number exceeds the range of the weights' type
   */
  public static void apply(List<ScaledAdapter> adapters, Path checkpoint) throws IOException {
    adapters.forEach(adapter -> adapter.adapter().requireUnchanged());
    try (LoraFusion fusion = new LoraFusion(adapters)) {
      for (String variant : Checkpoint.open(checkpoint).variants(Component.TRANSFORMER)) {
        fusion.applyTo(Checkpoint.open(checkpoint, variant).transformerTensors());
      }
    }
  }

  private void applyTo(TensorIndex tensors) throws IOException {
    Set<String> layers = new LinkedHashSet<>();
    adapters.forEach(adapter -> layers.addAll(adapter.adapter().layers().keySet()));
    for (String layer : layers) {
      applyTo(tensors, layer);
      program.call("clear").close();
    }
  }

  private void applyTo(TensorIndex tensors, String layer) throws IOException {
    StoredTensor weight = tensors.get(layer + ".weight");
    load(weight, "weight");
    for (ScaledAdapter scaled : adapters) {
      LoraLayer update = scaled.adapter().layers().get(layer);
      if (update != null) {
        load(update.a(), "a");
        load(update.b(), "b");
        update.bias().ifPresent(tensor -> load(tensor, "shift"));
        update.magnitude().ifPresent(tensor -> load(tensor, "magnitude"));
        try (ScriptValue scale = ScriptValue.of(scaled.scale() * update.scale())) {
          program.call("add_adapter", scale).close();
        }
      }
    }
    replace(weight, "fused");
    if (changesBias()) {
      StoredTensor bias = tensors.find(layer + ".bias");
      if (bias == null) {
        throw new IllegalArgumentException(
            "the adapters add a bias to %s, which has none, so they cannot be fused"
                .formatted(layer));
      }
      load(bias, "bias");
      replace(bias, "fused_bias");
    }
  }

  private boolean changesBias() {
    try (ScriptValue shift = program.call("has_shift")) {
      return shift.toFloats()[0] != 0;
    }
  }

  private void load(StoredTensor tensor, String name) {
    WeightLoader.load(tensor, name, program, "load_weight", Precision.FP32);
  }

  private void replace(StoredTensor tensor, String method) throws IOException {
    Precision stored = WeightLoader.precisionOf(tensor.dtype());
    try (ScriptValue type = ScriptValue.of((long) stored.scalarType());
        ScriptValue bytes = program.call(method, type)) {
      byte[] data = bytes.toBytes();
      if (data.length == 0) {
        throw new IllegalArgumentException(
            "%s with the adapters exceeds the range of %s; use smaller scales"
                .formatted(tensor.name(), tensor.dtype()));
      }
      tensor.overwrite(ByteBuffer.wrap(data));
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
