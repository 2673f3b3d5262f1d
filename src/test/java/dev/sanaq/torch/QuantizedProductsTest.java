package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.NumericAssertions;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The 8-bit products of a GPU in {@code common.torchscript}, run on the CPU, compared with the same
 * rounding computed here. The CPU has {@code _int_mm} itself, but no {@code _scaled_mm}: the script
 * multiplies the same 8-bit numbers in fp32 there.
 */
class QuantizedProductsTest {
  /** What the weights and inputs are rounded to. */
  private static double round(double x, Precision precision) {
    return precision == Precision.INT8 ? Math.rint(x) : roundToE4m3(x);
  }

  /** Three bits of fraction, the least exponent -6, nearest and then even, up to 448. */
  private static double roundToE4m3(double x) {
    double step = Math.scalb(1.0, Math.max(-6, Math.getExponent(x)) - 3);
    return Math.rint(x / step) * step;
  }

  private static double largest(Precision precision) {
    return precision == Precision.INT8 ? 127 : 448;
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, 40, 64, 48, true",
    "INT8, 3, 64, 48, true",
    "INT8, 16, 40, 24, false",
    "INT8, 17, 10, 6, true",
    "FP8, 40, 64, 48, true",
    "FP8, 3, 64, 48, false",
    "FP8, 17, 10, 6, true"
  })
  void product_equalsTheSameRounding(
      Precision precision, int rows, int inputs, int outputs, boolean biased) {
    float[] weight = random(1, outputs * inputs);
    float[] bias = biased ? random(2, outputs) : new float[outputs];
    float[] x = random(3, rows * inputs);
    x[inputs] = 100; // another scale for the second row
    double[] w = quantize(weight, inputs, precision);
    double[] q = quantize(x, inputs, precision);
    float[] expected = new float[rows * outputs];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < outputs; j++) {
        double sum = bias[j];
        for (int k = 0; k < inputs; k++) {
          sum += q[i * inputs + k] * w[j * inputs + k];
        }
        expected[i * outputs + j] = (float) sum;
      }
    }
    try (ScriptProgram layer = layer(weight, inputs, bias, precision)) {
      float[] actual = product(layer, x, rows, inputs);
      assertThat(NumericAssertions.relativeError(actual, expected)).isLessThan(1e-6);
      try (ScriptValue kept = layer.call("weight")) {
        float[] stored = kept.toFloats();
        int padded = stored.length / outputs;
        for (int j = 0; j < outputs; j++) {
          for (int k = 0; k < padded; k++) {
            float number = k < inputs ? (float) w[j * inputs + k] : 0;
            assertThat(stored[j * padded + k]).isEqualTo(number);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "FP8"})
  void product_nearFp32_andNotEqual(Precision precision) {
    float[] weight = random(1, 48 * 64);
    float[] x = random(3, 40 * 64);
    float[] exact = new float[40 * 48];
    for (int i = 0; i < exact.length; i++) {
      for (int k = 0; k < 64; k++) {
        exact[i] += x[i / 48 * 64 + k] * weight[i % 48 * 64 + k];
      }
    }
    try (ScriptProgram layer = layer(weight, 64, new float[48], precision)) {
      double error = NumericAssertions.relativeError(product(layer, x, 40, 64), exact);
      // Of 255 levels; of 8 between two powers of two.
      assertThat(error).isBetween(0.002, precision == Precision.INT8 ? 0.02 : 0.05);
    }
  }

  /** Rows have scales of their own, and rows of zeros that fill up a matrix change nothing. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "FP8"})
  void product_ofARow_doesNotDependOnTheOthers(Precision precision) {
    float[] x = random(3, 40 * 64);
    Arrays.fill(x, 64, 128, 0);
    x[128] = 1e4f;
    try (ScriptProgram layer = layer(random(1, 48 * 64), 64, random(2, 48), precision)) {
      float[] together = product(layer, x, 40, 64);
      for (int count : new int[] {1, 2, 16, 17}) {
        float[] few = product(layer, Arrays.copyOf(x, count * 64), count, 64);
        float[] same = Arrays.copyOf(together, count * 48);
        if (precision == Precision.INT8) {
          assertThat(few).isEqualTo(same); // sums of whole numbers
        } else {
          assertThat(NumericAssertions.relativeError(few, same)).isLessThan(1e-6);
        }
      }
    }
  }

  @Test
  void product_ofNotANumber_isNotANumberInItsRowAlone() {
    for (Precision precision : new Precision[] {Precision.INT8, Precision.FP8}) {
      float[] x = random(3, 20 * 64);
      x[64] = Float.NaN;
      try (ScriptProgram layer = layer(random(1, 48 * 64), 64, new float[48], precision)) {
        float[] y = product(layer, x, 20, 64);
        for (int i = 0; i < y.length; i++) {
          assertThat(Float.isNaN(y[i])).as("%s, row %s", precision, i / 48).isEqualTo(i / 48 == 1);
        }
      }
    }
  }

  /** Rounds with one scale for each row of so many columns. */
  private static double[] quantize(float[] values, int columns, Precision precision) {
    double[] rounded = new double[values.length];
    for (int row = 0; row < values.length; row += columns) {
      float most = 0;
      for (int k = row; k < row + columns; k++) {
        most = Math.max(most, Math.abs(values[k]));
      }
      float scale = most / (float) largest(precision);
      for (int k = row; k < row + columns; k++) {
        rounded[k] = (float) (round(values[k] / scale, precision) * scale);
      }
    }
    return rounded;
  }

  private static ScriptProgram layer(
      float[] weight, int inputs, float[] bias, Precision precision) {
    ScriptProgram program =
        ScriptProgram.compile(
            QuantizedProductsTest.class,
            "quantized_products",
            Map.of(),
            DevicePlacement.cpu(Precision.FP32));
    try (ScriptValue w = ScriptValue.floats(weight, weight.length / inputs, inputs);
        ScriptValue b = ScriptValue.floats(bias, bias.length);
        ScriptValue type = ScriptValue.of((long) precision.scalarType())) {
      program.call("set_layer", w, b, type).close();
    }
    return program;
  }

  private static float[] product(ScriptProgram layer, float[] x, int rows, int inputs) {
    try (ScriptValue input = ScriptValue.floats(x, 1, rows, inputs);
        ScriptValue output = layer.call("product", input)) {
      assertThat(output.shape()).hasSize(3).startsWith(1, rows);
      return output.toFloats();
    }
  }

  private static float[] random(long seed, int count) {
    try (ScriptValue values = Torch.normal(seed, 1, count).get(0)) {
      return values.toFloats();
    }
  }
}
