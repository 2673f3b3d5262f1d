package dev.sanaq.sana.transformer;

import static dev.sanaq.testing.Fixtures.tensor;
import static dev.sanaq.testing.NumericAssertions.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.testing.NumericAssertions;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.host.CpuFeatures;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every stage and the output of the transformer equal the reference. */
class SanaTransformerParityTest {
  private static final double BOUND = 2e-5;

  @ParameterizedTest
  @ValueSource(
      strings = {"tiny-sana", "tiny-sana-1.5", "tiny-sana-4k", "tiny-sana-sprint", "other-sizes"})
  void forward_everyStageAndOutput_equalReference(String model) {
    for (Kernels kernels : Kernels.values()) {
      compareStages(model, kernels);
    }
  }

  private static void compareStages(String model, Kernels kernels) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/transformer.safetensors");
    JsonNode cases = Fixtures.json(model + "/transformer.json").get("cases");
    try (SanaTransformer transformer = load(model, "", Precision.FP32, kernels)) {
      int stages = 0;
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertClose("output of case " + i, c.stage("output"), c.reference("output"), BOUND);
        for (String name : answers.keySet()) {
          String prefix = i + ".stage.";
          if (name.startsWith(prefix) && !name.endsWith(".caption")) {
            String stage = name.substring(prefix.length());
            assertClose(stage, c.stage(stage), c.reference("stage." + stage), BOUND);
            stages++;
          }
        }
      }
      assertThat(stages).as("stages compared").isGreaterThanOrEqualTo(8);
    }
  }

  @ParameterizedTest
  @CsvSource({"'', PACKED", "bf16, PACKED", "'', PLAIN", "bf16, PLAIN"})
  void forward_bf16_nearFp32Reference(String variant, Kernels kernels) {
    Map<String, Tensor> answers = Fixtures.tensors("tiny-sana-1.5/transformer.safetensors");
    JsonNode cases = Fixtures.json("tiny-sana-1.5/transformer.json").get("cases");
    try (SanaTransformer transformer = load("tiny-sana-1.5", variant, Precision.BF16, kernels)) {
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertThat(NumericAssertions.relativeError(c.stage("output"), c.reference("output")))
            .as("relative error: bf16 keeps 8 bits of a number")
            .isLessThan(0.02);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16"})
  void forward_bf16VariantInFp32_nearReference(String variant) {
    Map<String, Tensor> answers = Fixtures.tensors("tiny-sana-1.5/transformer.safetensors");
    JsonNode cases = Fixtures.json("tiny-sana-1.5/transformer.json").get("cases");
    try (SanaTransformer transformer = load("tiny-sana-1.5", variant, Precision.FP32)) {
      Case c = new Case(answers, cases.get(0), 0);
      c.evaluate(transformer);
      double error = NumericAssertions.relativeError(c.stage("output"), c.reference("output"));
      assertThat(error).as("rounding of the weights alone").isBetween(1e-4, 0.01);
    }
  }

  @ParameterizedTest
  @CsvSource({"tiny-sana, 3", "tiny-sana-1.5, 8", "tiny-sana-4k, 16", "other-sizes, 1"})
  void forward_tokensInChunks_equalsReference(String model, int tokens) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/transformer.safetensors");
    JsonNode cases = Fixtures.json(model + "/transformer.json").get("cases");
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"), "");
    try (SanaTransformer transformer =
        SanaTransformer.load(checkpoint, DevicePlacement.cpu(Precision.FP32), tokens)) {
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertClose("output of case " + i, c.stage("output"), c.reference("output"), BOUND);
      }
    }
  }

  /** Short prompts use fused cross-attention, see transformer.torchscript. */
  @ParameterizedTest
  @CsvSource({"5, 1", "5, 5"})
  void fusedCrossAttention_shortPrompt_equalsUnfused(int first, int second) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"), "");
    DevicePlacement placement = DevicePlacement.cpu(Precision.FP32);
    try (SanaTransformer folding = SanaTransformer.load(checkpoint, placement);
        SanaTransformer plain = SanaTransformer.loadPlain(checkpoint, placement);
        ScriptValue caption = Torch.normal(11, 1, 2, 5, 24).get(0)) {
      float[] expected = output(plain, caption, first, second);
      assertClose("output", output(folding, caption, first, second), expected, BOUND);
    }
  }

  private static float[] output(SanaTransformer transformer, ScriptValue caption, long... lengths) {
    try (ScriptValue attended = transformer.encodePrompt(caption, lengths, new long[0]);
        ScriptValue modulation =
            transformer.timeModulationScaled(new float[] {500}, 1, new float[0]);
        ScriptValue positions = transformer.positionalEmbedding(4, 4);
        ScriptValue x = Torch.normal(12, 1, 2, 8, 4, 4).get(0);
        ScriptValue step = ScriptValue.of(0L);
        ScriptValue scale = ScriptValue.of(1.0);
        ScriptValue output =
            transformer
                .program()
                .call("forward", x, scale, modulation, step, positions, attended)) {
      return output.toFloats();
    }
  }

  /**
   * An estimate, not a measurement: weights and inputs have 255 levels each, of which noise uses
   * few, so each product is about 1 % off, and the four blocks have 28 products in sequence.
   * Without VNNI inputs have half as many levels; 0.066 was measured then.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "tiny-sana-1.5", "tiny-sana-4k", "other-sizes"})
  void forward_int8_nearFp32Reference(String model) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/transformer.safetensors");
    JsonNode cases = Fixtures.json(model + "/transformer.json").get("cases");
    try (SanaTransformer transformer = load(model, "", Precision.INT8)) {
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertThat(NumericAssertions.relativeError(c.stage("output"), c.reference("output")))
            .as("relative error of %s, case %s", model, i)
            .isBetween(1e-4, CpuFeatures.hasVnni() ? 0.03 : 0.08);
      }
    }
  }

  /**
   * A GPU's 8-bit products, in the script that a GPU runs. FP8 keeps 4 bits of a number, so that a
   * product is about 4 % off.
   */
  @ParameterizedTest
  @CsvSource({
    "tiny-sana, INT8, 0.03",
    "tiny-sana-1.5, INT8, 0.03",
    "tiny-sana-4k, INT8, 0.03",
    "other-sizes, INT8, 0.03",
    "tiny-sana, FP8, 0.1",
    "tiny-sana-1.5, FP8, 0.1",
    "tiny-sana-4k, FP8, 0.1",
    "other-sizes, FP8, 0.1"
  })
  void forward_eightBitsOfGpu_nearFp32Reference(String model, Precision precision, double bound) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/transformer.safetensors");
    JsonNode cases = Fixtures.json(model + "/transformer.json").get("cases");
    try (SanaTransformer transformer = load(model, "", precision, Kernels.PLAIN)) {
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertThat(NumericAssertions.relativeError(c.stage("output"), c.reference("output")))
            .as("relative error of %s, case %s", model, i)
            .isBetween(precision == Precision.INT8 ? 1e-3 : 1e-2, bound);
      }
    }
  }

  private static SanaTransformer load(String model, String variant, Precision precision) {
    return load(model, variant, precision, Kernels.PACKED);
  }

  private static SanaTransformer load(
      String model, String variant, Precision precision, Kernels kernels) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"), variant);
    return SanaTransformer.load(checkpoint, DevicePlacement.cpu(precision).withKernels(kernels));
  }

  /** A case of the fixture and the transformer's output for it. */
  private static final class Case {
    private final Map<String, Tensor> answers;
    private final JsonNode arguments;
    private final int index;
    private Map<String, float[]> stages = Map.of();

    Case(Map<String, Tensor> answers, JsonNode arguments, int index) {
      this.answers = answers;
      this.arguments = arguments;
      this.index = index;
    }

    float[] reference(String name) {
      return tensor(answers, index + "." + name).floats();
    }

    float[] stage(String name) {
      float[] stage = stages.get(name);
      assertThat(stage).as("stage %s", name).isNotNull();
      return stage == null ? new float[0] : stage;
    }

    void evaluate(SanaTransformer transformer) {
      Tensor latents = tensor(answers, index + ".hidden_states");
      Tensor embeddings = tensor(answers, index + ".encoder_hidden_states");
      int rows = arguments.get("batch").intValue();
      long[] lengths = Fixtures.longs(arguments.get("valid_tokens"));
      float[] guidance = arguments.has("guidance") ? reference("guidance") : new float[0];
      try (ScriptValue x = ScriptValue.floats(latents.floats(), latents.shape());
          ScriptValue e = ScriptValue.floats(embeddings.floats(), embeddings.shape());
          ScriptValue attended = transformer.encodePrompt(e, lengths, new long[0]);
          ScriptValue modulation =
              transformer.timeModulationScaled(reference("timestep"), rows, guidance);
          ScriptValue positions =
              transformer.positionalEmbedding((int) latents.shape()[2], (int) latents.shape()[3]);
          ScriptValue step = ScriptValue.of(0L);
          ScriptValue all =
              transformer.program().call("stages", x, modulation, step, positions, attended)) {
        stages = all.toFloatMap();
      }
    }
  }
}
