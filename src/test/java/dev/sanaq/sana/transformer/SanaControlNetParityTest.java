package dev.sanaq.sana.transformer;

import static dev.sanaq.testing.Fixtures.tensor;
import static dev.sanaq.testing.NumericAssertions.assertClose;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.read.ComponentFolder;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The transformer's output with a ControlNet equals the reference. */
class SanaControlNetParityTest {
  private static final double BOUND = 2e-5;
  private static final int TOKENS = 6;
  private static final int WIDTH = 24;

  /** With chunks of one row, and with prompts of different lengths. */
  @ParameterizedTest
  @EnumSource(Kernels.class)
  void forward_withControlNet_equalsReference(Kernels kernels) {
    Map<String, Tensor> answers = Fixtures.tensors("conditioning/controlnet/case.safetensors");
    DevicePlacement placement = DevicePlacement.cpu(Precision.FP32).withKernels(kernels);
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    ComponentFolder<TransformerConfig> folder =
        ComponentFolder.openControlNet(
            Fixtures.path("conditioning/controlnet/checkpoint/controlnet"));
    List<PromptEmbeds> prompts =
        List.of(
            embeds(tensor(answers, "net.encoder_hidden_states").row(0), TOKENS),
            embeds(tensor(answers, "net.encoder_hidden_states").row(1), 3));
    float[] timestep = {(float) tensor(answers, "net.timestep").values()[0]};
    try (SanaTransformer transformer = SanaTransformer.load(checkpoint, placement, 20);
        SanaControlNet controlNet = SanaControlNet.load(folder, placement);
        ScriptValue latents = value(tensor(answers, "net.hidden_states"));
        ScriptValue condition = value(tensor(answers, "net.controlnet_cond"));
        ScriptValue held = controlNet.hold(condition);
        ScriptValue controlPrompts = controlNet.encodePrompt(prompts);
        ScriptValue controlModulation = controlNet.timeModulation(timestep);
        ScriptValue controlPositions = controlNet.positionalEmbedding(4, 5);
        ScriptValue samples =
            controlNet.forward(
                latents,
                held,
                new float[] {0.7f, 0.7f},
                controlModulation,
                0,
                controlPositions,
                controlPrompts);
        ScriptValue encoded = transformer.encodePrompt(prompts, 0, 0);
        ScriptValue modulation = transformer.timeModulation(timestep, 1, new float[] {1, 1}, 0);
        ScriptValue positions = transformer.positionalEmbedding(4, 5);
        ScriptValue output =
            transformer.forward(latents, 1, modulation, 0, positions, encoded, samples)) {
      assertClose("output", output.toFloats(), tensor(answers, "net.output").floats(), BOUND);
    }
  }

  private static PromptEmbeds embeds(Tensor row, int tokens) {
    return new PromptEmbeds(Arrays.copyOf(row.floats(), tokens * WIDTH), tokens, WIDTH);
  }

  private static ScriptValue value(Tensor tensor) {
    return ScriptValue.floats(tensor.floats(), tensor.shape());
  }
}
