package dev.sanaq.sana.transformer;

import static dev.sanaq.testing.Closeness.assertClose;
import static dev.sanaq.testing.Fixtures.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.testing.Closeness;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.Value;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transformer against the reference, part by part. */
class TransformerParityTest {
  private static final double BOUND = 2e-5;

  @ParameterizedTest
  @ValueSource(
      strings = {"tiny-sana", "tiny-sana-1.5", "tiny-sana-4k", "tiny-sana-sprint", "other-sizes"})
  void everyStageAndTheOutputEqualTheReferences(String model) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/transformer.safetensors");
    JsonNode cases = Fixtures.json(model + "/transformer.json").get("cases");
    try (LinearTransformer transformer = load(model, "", Precision.FP32)) {
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
  @ValueSource(strings = {"", "bf16"})
  void inBf16TheOutputIsNearTheReferencesInFp32(String variant) {
    Map<String, Tensor> answers = Fixtures.tensors("tiny-sana-1.5/transformer.safetensors");
    JsonNode cases = Fixtures.json("tiny-sana-1.5/transformer.json").get("cases");
    try (LinearTransformer transformer = load("tiny-sana-1.5", variant, Precision.BF16)) {
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertThat(Closeness.relativeError(c.stage("output"), c.reference("output")))
            .as("relative error: bf16 keeps 8 bits of a number")
            .isLessThan(0.02);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16"})
  void theRoundedVariantInFp32IsNearTheReference(String variant) {
    Map<String, Tensor> answers = Fixtures.tensors("tiny-sana-1.5/transformer.safetensors");
    JsonNode cases = Fixtures.json("tiny-sana-1.5/transformer.json").get("cases");
    try (LinearTransformer transformer = load("tiny-sana-1.5", variant, Precision.FP32)) {
      Case c = new Case(answers, cases.get(0), 0);
      c.evaluate(transformer);
      double error = Closeness.relativeError(c.stage("output"), c.reference("output"));
      assertThat(error).as("rounding of the weights alone").isBetween(1e-4, 0.01);
    }
  }

  @ParameterizedTest
  @CsvSource({"tiny-sana, 3", "tiny-sana-1.5, 8", "tiny-sana-4k, 16", "other-sizes, 1"})
  void tokensInChunksGiveTheReferencesOutput(String model, int tokens) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/transformer.safetensors");
    JsonNode cases = Fixtures.json(model + "/transformer.json").get("cases");
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"), "");
    try (LinearTransformer transformer =
        LinearTransformer.load(checkpoint, Placement.cpu(Precision.FP32), tokens)) {
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertClose("output of case " + i, c.stage("output"), c.reference("output"), BOUND);
      }
    }
  }

  /** With few keys the queries' matrix and the answers' are multiplied by them once a prompt. */
  @ParameterizedTest
  @CsvSource({"5, 1", "5, 5"})
  void aShortCaptionFoldedIntoTheProductsIsAttendedToAsIfItWereNot(int first, int second) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"), "");
    Placement placement = Placement.cpu(Precision.FP32);
    try (LinearTransformer folding = LinearTransformer.load(checkpoint, placement);
        LinearTransformer plain = LinearTransformer.loadAdaptable(checkpoint, placement);
        Value caption = Torch.normal(11, 1, 2, 5, 24).get(0)) {
      float[] expected = output(plain, caption, first, second);
      assertClose("output", output(folding, caption, first, second), expected, BOUND);
    }
  }

  private static float[] output(LinearTransformer transformer, Value caption, long... lengths) {
    try (Value attended = transformer.attend(caption, lengths);
        Value modulation = transformer.modulateScaled(new float[] {500}, 1, new float[0]);
        Value positions = transformer.positions(4, 4);
        Value x = Torch.normal(12, 1, 2, 8, 4, 4).get(0);
        Value step = Value.of(0L);
        Value scale = Value.of(1.0);
        Value output =
            transformer
                .program()
                .call("forward", x, scale, modulation, step, positions, attended)) {
      return output.toFloats();
    }
  }

  /**
   * Bounded, not read off: a weight and an input have 255 levels each, of which noise uses few, so
   * each product is some 1 % off, and there are 28 of them one behind another in these four blocks.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "tiny-sana-1.5", "tiny-sana-4k", "other-sizes"})
  void inInt8TheOutputIsNearTheReferencesInFp32(String model) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/transformer.safetensors");
    JsonNode cases = Fixtures.json(model + "/transformer.json").get("cases");
    try (LinearTransformer transformer = load(model, "", Precision.INT8)) {
      for (int i = 0; i < cases.size(); i++) {
        Case c = new Case(answers, cases.get(i), i);
        c.evaluate(transformer);
        assertThat(Closeness.relativeError(c.stage("output"), c.reference("output")))
            .as("relative error of %s, case %d", model, i)
            .isBetween(1e-4, 0.03);
      }
    }
  }

  private static LinearTransformer load(String model, String variant, Precision precision) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"), variant);
    return LinearTransformer.load(checkpoint, Placement.cpu(precision));
  }

  /** One of the fixture's cases and what the transformer answers on it. */
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

    void evaluate(LinearTransformer transformer) {
      Tensor latents = tensor(answers, index + ".hidden_states");
      Tensor embeddings = tensor(answers, index + ".encoder_hidden_states");
      int rows = arguments.get("batch").intValue();
      long[] lengths = Fixtures.longs(arguments.get("valid_tokens"));
      float[] guidance = arguments.has("guidance") ? reference("guidance") : new float[0];
      try (Value x = Value.floats(latents.floats(), latents.shape());
          Value e = Value.floats(embeddings.floats(), embeddings.shape());
          Value attended = transformer.attend(e, lengths);
          Value modulation = transformer.modulateScaled(reference("timestep"), rows, guidance);
          Value positions =
              transformer.positions((int) latents.shape()[2], (int) latents.shape()[3]);
          Value step = Value.of(0L);
          Value all =
              transformer.program().call("stages", x, modulation, step, positions, attended)) {
        stages = all.toFloatMap();
      }
    }
  }
}
