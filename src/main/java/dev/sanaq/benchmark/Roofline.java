package dev.sanaq.benchmark;

import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.host.CpuFeatures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the machine can do at most, measured through the engine that draws.
 *
 * @param gflopsByPrecision dense products a precision, in 10^9 operations (a multiplication and an
 *     addition count as two) a second: the best of the engine's kernels
 * @param copyGigabytesPerSecond read and written a second by copying
 */
record Roofline(Map<Precision, Double> gflopsByPrecision, double copyGigabytesPerSecond) {
  private static final int MATRIX_SIDE = 2048;
  private static final int COPY_SIDE = 8192;
  private static final int RUNS = 15;

  /** Measures. */
  static Roofline measure(DevicePlacement placement) {
    try (ScriptProgram program =
        ScriptProgram.compile(Roofline.class, "roofline", Map.of(), placement)) {
      Map<Precision, Double> products = new LinkedHashMap<>();
      for (Precision precision : precisions(placement)) {
        double best = 0;
        for (String kind : kernels(precision, placement)) {
          double operations = 2.0 * MATRIX_SIDE * MATRIX_SIDE * MATRIX_SIDE;
          best =
              Math.max(best, operations / bestSeconds(program, kind, MATRIX_SIDE, precision) / 1e9);
        }
        products.put(precision, best);
      }
      double bytes = 2.0 * COPY_SIDE * COPY_SIDE * Precision.FP32.bytes();
      return new Roofline(
          products, bytes / bestSeconds(program, "copy", COPY_SIDE, Precision.FP32) / 1e9);
    }
  }

  private static List<Precision> precisions(DevicePlacement placement) {
    if (placement.gpu() >= 0) {
      return List.of(Precision.FP32, Precision.BF16, Precision.FP16);
    }
    List<Precision> known = new ArrayList<>(List.of(Precision.FP32, Precision.INT8));
    if (CpuFeatures.hasBf16()) {
      known.add(1, Precision.BF16);
    }
    return known;
  }

  private static List<String> kernels(Precision precision, DevicePlacement placement) {
    if (precision == Precision.INT8) {
      return List.of("int8");
    }
    return placement.gpu() >= 0 ? List.of("mm") : List.of("mm", "packed");
  }

  private static double bestSeconds(
      ScriptProgram program, String kind, int side, Precision precision) {
    try (ScriptValue name = ScriptValue.of(kind);
        ScriptValue n = ScriptValue.of((long) side);
        ScriptValue type = ScriptValue.of((long) precision.scalarType());
        ScriptValue device = ScriptValue.of(program.placement().torchDevice())) {
      program.call("prepare", name, n, type, device).close();
      program.call("run", name).close();
      double best = Double.MAX_VALUE;
      for (int i = 0; i < RUNS; i++) {
        long start = System.nanoTime();
        program.call("run", name).close();
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      return best;
    }
  }

  /** Lines that say it. */
  List<StageTiming> timings() {
    List<StageTiming> lines = new ArrayList<>();
    gflopsByPrecision.forEach(
        (precision, rate) ->
            lines.add(
                new StageTiming(
                    "limit " + precision.label(),
                    2.0 * MATRIX_SIDE * MATRIX_SIDE * MATRIX_SIDE / rate / 1e9,
                    Map.of("gflops", rate))));
    double bytes = 2.0 * COPY_SIDE * COPY_SIDE * Precision.FP32.bytes();
    lines.add(
        new StageTiming(
            "limit copy",
            bytes / copyGigabytesPerSecond / 1e9,
            Map.of("gigabytes_per_second", copyGigabytesPerSecond)));
    return lines;
  }
}
