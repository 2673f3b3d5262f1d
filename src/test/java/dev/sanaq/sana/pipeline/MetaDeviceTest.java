package dev.sanaq.sana.pipeline;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.sana.TestGenerationParams;
import dev.sanaq.sana.denoise.Sampler;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import dev.sanaq.torch.script.ScriptSource;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The text encoder's layers and the sampler on torch's meta device, which has shapes and types but
 * no numbers. A tensor that was made on the CPU by mistake does not meet one of the device there
 * either, and reading a number in the middle, for which a GPU would have to wait, fails. Only the
 * last copy to the host may fail.
 *
 * <p>In libtorch the device lacks layer norm, convolutions and index_select. Python's torch has
 * them: the part {@code meta} of {@code load-tests/gpu/check.py} runs whole networks there.
 */
class MetaDeviceTest {
  private static final String DEVICE = "meta";
  private static final DevicePlacement CPU =
      DevicePlacement.cpu(Precision.FP32).withKernels(Kernels.PLAIN);

  @Test
  void solverStep_staysOnTheDevice() {
    try (ScriptProgram sampler = sampler();
        ScriptValue noise = Torch.normal(1, 1, 1, 8, 4, 6).get(0);
        ScriptValue output = Torch.normal(1, 1, 2, 16, 4, 6).get(0);
        ScriptValue start = ScriptValue.tensorList(noise);
        ScriptValue rows = ScriptValue.tensorList(output);
        ScriptValue one = ScriptValue.of(1.0);
        ScriptValue device = ScriptValue.of(DEVICE);
        ScriptValue state = sampler.call("init", start, one, device);
        ScriptValue outputs = sampler.call("init", rows, one, device);
        ScriptValue predicted = sampler.call("latents", outputs);
        ScriptValue scales = ScriptValue.floats(new float[] {4.5f}, 1);
        ScriptValue inputs = sampler.call("start_inputs", scales, device);
        ScriptValue index = ScriptValue.of(1L);
        ScriptValue factors = ScriptValue.list(0.5, 0.5, 1, -0.6, 0.5, 0.5, 0, 0.25)) {
      sampler.call("add_noise", inputs, start).close();
      try (ScriptValue next = sampler.call("step", state, predicted, inputs, index, factors)) {
        assertLastCopy(() -> sampler.call("to_host", next, one, one));
        assertLastCopy(() -> sampler.call("wait", next));
      }
    }
  }

  /** From the embeddings on: looking up rows of a table is one operator that the device lacks. */
  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "tiny-sana-1.5", "other-sizes"})
  void promptEmbeds_stayOnTheDevice(String model) {
    Checkpoint checkpoint = Checkpoint.open(TestGenerationParams.checkpointPath(model));
    ScriptSource source = TextEncoder.scriptSource(checkpoint.textEncoder(), Precision.FP32);
    try (ScriptProgram text = load(source, checkpoint.textEncoderTensors());
        ScriptValue empty = text.call("empty_kv_cache");
        ScriptValue cache = encode(text, checkpoint, 3, empty, 0);
        ScriptValue states = encode(text, checkpoint, 2, cache, 3)) {
      assertLastCopy(() -> text.call("last_hidden_state", states));
    }
  }

  /** Quantizing reads no number: the scales stay on the device. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "FP8"})
  void quantizedWeights_stayOnTheDevice(Precision precision) {
    Checkpoint checkpoint = Checkpoint.open(TestGenerationParams.checkpointPath("tiny-sana"));
    ScriptSource source = SanaTransformer.scriptSource(checkpoint.transformer(), false);
    try (ScriptProgram transformer = load(source, checkpoint.transformerTensors());
        ScriptValue type = ScriptValue.of((long) precision.scalarType());
        ScriptValue name = ScriptValue.of("transformer_blocks.0.attn1.to_q");
        ScriptValue columns = ScriptValue.of((long) checkpoint.transformer().width())) {
      assertThatCode(
              () -> {
                transformer.call("quantize_weights", type).close();
                transformer.call("base_weight", name, columns).close();
              })
          .doesNotThrowAnyException();
    }
  }

  private static ScriptValue encode(
      ScriptProgram text, Checkpoint checkpoint, int tokens, ScriptValue cache, long cached) {
    int width = checkpoint.textEncoder().hiddenSize();
    try (ScriptProgram sampler = sampler();
        ScriptValue random = Torch.normal(1, 1, tokens, width).get(0);
        ScriptValue list = ScriptValue.tensorList(random);
        ScriptValue one = ScriptValue.of(1.0);
        ScriptValue device = ScriptValue.of(DEVICE);
        ScriptValue count = ScriptValue.of(cached)) {
      ScriptValue states = sampler.call("init", list, one, device); // moves them
      for (int i = 0; i < checkpoint.textEncoder().numHiddenLayers(); i++) {
        try (ScriptValue layer = ScriptValue.of((long) i)) {
          text.call("forward_layer", states, cache, count, layer).close();
        }
      }
      text.call("finish_forward", states, cache, count).close();
      return states;
    }
  }

  private static ScriptProgram sampler() {
    return ScriptProgram.compile(Sampler.class, "sampler", Map.of(), CPU);
  }

  private static void assertLastCopy(ThrowingCallable copy) {
    assertThatThrownBy(copy)
        .isInstanceOf(TorchException.class)
        .hasMessageContaining("Cannot copy out of meta tensor");
  }

  /** The program with its weights on the device; their numbers do not matter. */
  private static ScriptProgram load(ScriptSource source, TensorIndex tensors) {
    ScriptProgram program = ScriptProgram.compile(source, CPU);
    try (ScriptValue fp32 = ScriptValue.of((long) Precision.FP32.scalarType());
        ScriptValue offset = ScriptValue.of(0L);
        ScriptValue device = ScriptValue.of(DEVICE)) {
      for (StoredTensor tensor : tensors.all()) {
        int count = Math.toIntExact(tensor.elements());
        try (ScriptValue name = ScriptValue.of(tensor.name());
            ScriptValue raw = ScriptValue.floats(new float[count], count);
            ScriptValue shape = ScriptValue.list(tensor.shape())) {
          program.call("load_weight", name, raw, fp32, fp32, shape, offset, device).close();
        }
      }
      program.call("prepare_weights").close();
      return program;
    }
  }
}
