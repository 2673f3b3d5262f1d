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
 * @param sizes of what was measured
 * @param gflopsByPrecision matrix products in 10^9 operations per second (a multiply-add counts as
 *     two), with the fastest kernel
 * @param copyGigabytesPerSecond bytes read and written by copying, in 10^9 per second
 */
record Roofline(
    Sizes sizes, Map<Precision, Double> gflopsByPrecision, double copyGigabytesPerSecond) {
  private static final int RUNS = 15;

  /**
   * The sides of the squares that are multiplied and copied.
   *
   * @param matrix of a product
   * @param copy of a copy, in fp32
   */
  record Sizes(int matrix, int copy) {
    /** A GPU must work for about a millisecond: starting it and waiting for it takes some 20 us. */
    static Sizes of(DevicePlacement placement) {
      return placement.isGpu() ? new Sizes(8192, 16384) : new Sizes(2048, 8192);
    }

    double operations() {
      return 2.0 * matrix * matrix * matrix;
    }

    double bytes() {
      return 2.0 * copy * copy * Precision.FP32.bytes();
    }
  }

  /** Measures all rates; takes some seconds. */
  static Roofline measure(DevicePlacement placement) {
    try (ScriptProgram program =
        ScriptProgram.compile(Roofline.class, "roofline", Map.of(), placement)) {
      Sizes sizes = Sizes.of(placement);
      Map<Precision, Double> gflops = new LinkedHashMap<>();
      for (Precision precision : precisions(placement)) {
        double best = 0;
        for (String kind : kernels(precision, placement)) {
          double seconds = bestSeconds(program, kind, sizes.matrix(), precision);
          best = Math.max(best, sizes.operations() / seconds / 1e9);
        }
        gflops.put(precision, best);
      }
      double seconds = bestSeconds(program, "copy", sizes.copy(), Precision.FP32);
      return new Roofline(sizes, gflops, sizes.bytes() / seconds / 1e9);
    }
  }

  private static List<Precision> precisions(DevicePlacement placement) {
    if (placement.isGpu()) {
      List<Precision> all =
          new ArrayList<>(List.of(Precision.FP32, Precision.BF16, Precision.FP16));
      if (placement.precision().isEightBit()) {
        all.add(placement.precision()); // not every GPU has both
      }
      return all;
    }
    List<Precision> precisions = new ArrayList<>(List.of(Precision.FP32, Precision.INT8));
    if (CpuFeatures.hasBf16()) {
      precisions.add(1, Precision.BF16);
    }
    return precisions;
  }

  private static List<String> kernels(Precision precision, DevicePlacement placement) {
    if (placement.isGpu()) {
      return switch (precision) {
        case INT8 -> List.of("int_mm");
        case FP8 -> List.of("scaled_mm");
        default -> List.of("mm");
      };
    }
    return precision == Precision.INT8 ? List.of("int8") : List.of("mm", "packed");
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
                    sizes.operations() / rate / 1e9,
                    Map.of("gflops", rate))));
    lines.add(
        new StageTiming(
            "limit copy",
            sizes.bytes() / copyGigabytesPerSecond / 1e9,
            Map.of("gigabytes_per_second", copyGigabytesPerSecond)));
    return lines;
  }
}
