package dev.sanaq.sana.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.NumericAssertions;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters act on the rows that ask for them, with every kernel, and leave nothing behind. */
class AdapterSetsTest {
  private static final Checkpoint CHECKPOINT =
      Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"), "");
  private static final List<ScaledAdapter> FIRST =
      List.of(adapter("everything", 0.7), adapter("dora", 0.5));
  private static final List<ScaledAdapter> SECOND = List.of(adapter("bias", 1));

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "INT8"})
  void forward_rowsOfSeveralSets_equalEachAlone(Precision precision) {
    try (SanaTransformer transformer =
        SanaTransformer.load(CHECKPOINT, DevicePlacement.cpu(precision))) {
      long first = transformer.adapterSet(FIRST);
      long second = transformer.adapterSet(SECOND);
      long[] sets = {first, 0, second, second, first};
      float[] together = output(transformer, 5, sets);
      for (long set : new long[] {0, first, second}) {
        float[] alone = output(transformer, 5, set, set, set, set, set);
        for (int row = 0; row < sets.length; row++) {
          double error = NumericAssertions.relativeError(row(together, row), row(alone, row));
          if (sets[row] == set) {
            assertThat(error).as("row %s of set %s", row, set).isLessThan(1e-6);
          } else {
            assertThat(error).as("row %s of another set", row).isGreaterThan(0.01);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 40})
  void forward_packedAndPlainWeights_areTheSame(int tokens) {
    DevicePlacement placement = DevicePlacement.cpu(Precision.FP32);
    try (SanaTransformer packed = SanaTransformer.load(CHECKPOINT, placement);
        SanaTransformer chunked = SanaTransformer.load(CHECKPOINT, placement, 8);
        SanaTransformer plain = SanaTransformer.loadPlain(CHECKPOINT, placement)) {
      float[] expected = output(plain, tokens, plain.adapterSet(FIRST), plain.adapterSet(SECOND));
      for (SanaTransformer other : List.of(packed, chunked)) {
        float[] actual = output(other, tokens, other.adapterSet(FIRST), other.adapterSet(SECOND));
        NumericAssertions.assertClose("output", actual, expected, 2e-5);
      }
    }
  }

  @Test
  void forward_int8_nearFp32() {
    try (SanaTransformer int8 =
            SanaTransformer.load(CHECKPOINT, DevicePlacement.cpu(Precision.INT8));
        SanaTransformer fp32 =
            SanaTransformer.load(CHECKPOINT, DevicePlacement.cpu(Precision.FP32))) {
      float[] actual = output(int8, 40, int8.adapterSet(FIRST), int8.adapterSet(SECOND));
      float[] expected = output(fp32, 40, fp32.adapterSet(FIRST), fp32.adapterSet(SECOND));
      assertThat(NumericAssertions.relativeError(actual, expected)).isBetween(1e-4, 0.1);
    }
  }

  /**
   * As a GPU computes them: the sets' own products stay in bf16, and DoRA reads the 8-bit weights.
   */
  @ParameterizedTest
  @CsvSource({"INT8, 0.05", "FP8, 0.15"})
  void forward_eightBitsOfGpu_rowsAsAlone_nearFp32(Precision precision, double bound) {
    DevicePlacement placement = DevicePlacement.cpu(precision).withKernels(Kernels.PLAIN);
    try (SanaTransformer eightBit = SanaTransformer.load(CHECKPOINT, placement);
        SanaTransformer fp32 =
            SanaTransformer.load(CHECKPOINT, DevicePlacement.cpu(Precision.FP32))) {
      long first = eightBit.adapterSet(FIRST);
      long second = eightBit.adapterSet(SECOND);
      long[] sets = {first, 0, second, second, first};
      float[] together = output(eightBit, 5, sets);
      float[] expected = output(fp32, 5, fp32.adapterSet(FIRST), 0, fp32.adapterSet(SECOND), 0, 0);
      for (long set : new long[] {0, first, second}) {
        float[] alone = output(eightBit, 5, set, set, set, set, set);
        for (int row = 0; row < sets.length; row++) {
          double error = NumericAssertions.relativeError(row(together, row), row(alone, row));
          if (sets[row] == set) {
            assertThat(error).as("row %s of set %s", row, set).isLessThan(0.005);
          } else {
            assertThat(error).as("row %s of another set", row).isGreaterThan(0.01);
          }
        }
      }
      for (int row = 0; row < 3; row++) {
        assertThat(NumericAssertions.relativeError(row(together, row), row(expected, row)))
            .as("row %s compared with fp32", row)
            .isBetween(1e-3, bound);
      }
    }
  }

  /** A change below the weights' precision, which merging into them would round away. */
  @Test
  void forward_smallChangeInBf16_isNotRoundedAway() {
    try (SanaTransformer transformer =
        SanaTransformer.loadPlain(CHECKPOINT, DevicePlacement.cpu(Precision.BF16))) {
      double scale = 1.0 / 512;
      float[] plain = output(transformer, 40, 0);
      float[] small =
          output(transformer, 40, transformer.adapterSet(List.of(adapter("bf16", scale))));
      assertThat(small).isNotEqualTo(plain);
    }
  }

  @Test
  void adapterSet_failsHalfWay_leavesNothingBehind(@TempDir Path folder) throws IOException {
    LoraFile foreign = adapterOfLargerModel(folder.resolve("a.safetensors"));
    try (SanaTransformer transformer =
        SanaTransformer.loadPlain(CHECKPOINT, DevicePlacement.cpu(Precision.FP32))) {
      float[] before = output(transformer, 5, 0, 0);
      assertThatThrownBy(() -> transformer.adapterSet(List.of(new ScaledAdapter(foreign, 1))))
          .isInstanceOf(RuntimeException.class);
      NumericAssertions.assertClose("plain rows", output(transformer, 5, 0, 0), before, 2e-5);
      assertThat(stored(transformer)).isZero();
      float[] after = output(transformer, 5, transformer.adapterSet(FIRST), 0);
      NumericAssertions.assertClose("the other row", row(after, 1), row(before, 1), 2e-5);
    }
  }

  @Test
  void adapterSet_numbersBeyondFp16_isRefused() {
    try (SanaTransformer transformer =
        SanaTransformer.loadPlain(CHECKPOINT, DevicePlacement.cpu(Precision.FP16))) {
      assertThatThrownBy(() -> transformer.adapterSet(List.of(adapter("everything", 1e6))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("fp16");
      assertThat(stored(transformer)).isZero();
    }
  }

  @Test
  void trim_dropsLeastRecentlyUsed() {
    List<ScaledAdapter> weak = List.of(adapter("bias", 0.5));
    List<ScaledAdapter> strong = List.of(adapter("bias", 2));
    long bytes =
        weak.get(0).adapter().layers().values().stream()
            .mapToLong(layer -> layer.elements() * Float.BYTES)
            .sum();
    try (SanaTransformer transformer =
        SanaTransformer.load(CHECKPOINT, DevicePlacement.cpu(Precision.FP32))) {
      AdapterSets sets = new AdapterSets(transformer.program(), bytes);
      long first = sets.id(weak);
      int one = stored(transformer);
      long second = sets.id(strong);
      assertThat(sets.id(weak)).isEqualTo(first);
      assertThat(stored(transformer)).as("both stay until the batch ends").isEqualTo(2 * one);
      sets.trim();
      assertThat(stored(transformer)).isEqualTo(one);
      assertThat(sets.id(weak)).isEqualTo(first);
      assertThat(sets.id(strong)).isNotEqualTo(second);
    }
  }

  /** The number of tensors of adapters in the program. */
  private static int stored(SanaTransformer transformer) {
    try (ScriptValue count = transformer.program().call("count_adapters")) {
      return (int) count.toFloats()[0];
    }
  }

  private static ScaledAdapter adapter(String name, double scale) {
    return new ScaledAdapter(
        LoraFile.open(Fixtures.path("lora/" + name + ".safetensors"), CHECKPOINT.transformer()),
        scale);
  }

  /** DoRA layers in the first block and in one that the tiny model does not have. */
  private static LoraFile adapterOfLargerModel(Path file) throws IOException {
    TransformerConfig c = CHECKPOINT.transformer();
    TransformerConfig larger =
        new TransformerConfig(
            c.inChannels(),
            c.outChannels(),
            c.numAttentionHeads(),
            c.attentionHeadDim(),
            99,
            c.numCrossAttentionHeads(),
            c.crossAttentionHeadDim(),
            c.crossAttentionDim(),
            c.captionChannels(),
            c.mlpRatio(),
            c.dropout(),
            c.attentionBias(),
            c.sampleSize(),
            c.patchSize(),
            c.normElementwiseAffine(),
            c.normEps(),
            c.interpolationScale(),
            c.guidanceEmbeds(),
            c.guidanceEmbedsScale(),
            c.qkNorm(),
            c.timestepScale());
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String block : new String[] {"0", "98"}) {
      String layer = "transformer.transformer_blocks." + block + ".attn1.to_q";
      float[] ones = new float[c.width()];
      Arrays.fill(ones, 1);
      tensors.put(layer + ".lora_A.weight", new HostTensor(new long[] {1, c.width()}, ones));
      tensors.put(layer + ".lora_B.weight", new HostTensor(new long[] {c.width(), 1}, ones));
      tensors.put(layer + ".lora_magnitude_vector", new HostTensor(new long[] {c.width()}, ones));
    }
    SafetensorsWriter.write(file, tensors, DType.F32);
    return LoraFile.open(file, larger);
  }

  private static float[] row(float[] all, int row) {
    int length = 8 * 4 * 4;
    return Arrays.copyOfRange(all, row * length, (row + 1) * length);
  }

  private static float[] output(SanaTransformer transformer, int tokens, long... sets) {
    int rows = sets.length;
    long[] lengths = new long[rows];
    Arrays.fill(lengths, tokens);
    try (ScriptValue caption = Torch.normal(11, 1, rows, tokens, 24).get(0);
        ScriptValue prompt = transformer.encodePrompt(caption, lengths, sets);
        ScriptValue modulation =
            transformer.timeModulationScaled(new float[] {500}, 1, new float[0], sets);
        ScriptValue positions = transformer.positionalEmbedding(4, 4);
        ScriptValue x = Torch.normal(12, 1, rows, 8, 4, 4).get(0);
        ScriptValue output = transformer.forward(x, 1, modulation, 0, positions, prompt)) {
      return output.toFloats();
    }
  }
}
