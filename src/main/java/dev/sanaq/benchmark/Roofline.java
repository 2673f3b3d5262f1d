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
 * The machine's peak rates, measured in the engine that runs the networks.
 *
 * @param gflopsByPrecision matrix products in 10^9 operations per second (a multiply-add counts as
 *     two), with the fastest kernel
 * @param copyGigabytesPerSecond bytes read and written by copying, in 10^9 per second
 */
record Roofline(Map<Precision, Double> gflopsByPrecision, double copyGigabytesPerSecond) {
  private static final int MATRIX_SIDE = 2048;
  private static final int COPY_SIDE = 8192;
  private static final int RUNS = 15;

  /** Measures all rates; takes some seconds. */
  static Roofline measure(DevicePlacement placement) {
    try (ScriptProgram program =
        ScriptProgram.compile(Roofline.class, "roofline", Map.of(), placement)) {
      Map<Precision, Double> gflops = new LinkedHashMap<>();
      for (Precision precision : precisions(placement)) {
        double best = 0;
        for (String kind : kernels(precision, placement)) {
          double operations = 2.0 * MATRIX_SIDE * MATRIX_SIDE * MATRIX_SIDE;
          best =
              Math.max(best, operations / bestSeconds(program, kind, MATRIX_SIDE, precision) / 1e9);
        }
        gflops.put(precision, best);
      }
      double bytes = 2.0 * COPY_SIDE * COPY_SIDE * Precision.FP32.bytes();
      return new Roofline(
          gflops, bytes / bestSeconds(program, "copy", COPY_SIDE, Precision.FP32) / 1e9);
    }
  }

  private static List<Precision> precisions(DevicePlacement placement) {
    if (placement.gpu() >= 0) {
      return List.of(Precision.FP32, Precision.BF16, Precision.FP16);
    }
    List<Precision> precisions = new ArrayList<>(List.of(Precision.FP32, Precision.INT8));
    if (CpuFeatures.hasBf16()) {
      precisions.add(1, Precision.BF16);
    }
    return precisions;
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

  /** The rates as lines of the report. */
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
