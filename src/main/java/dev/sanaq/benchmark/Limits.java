package dev.sanaq.benchmark;

import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the machine can do at most, measured through the engine that draws.
 *
 * @param products dense products a precision, in 10^9 operations (a multiplication and an addition
 *     count as two) a second: the best of the engine's kernels
 * @param gigabytes read and written a second by copying
 */
record Limits(Map<Precision, Double> products, double gigabytes) {
  private static final int SIDE = 2048;
  private static final int COPY_SIDE = 8192;
  private static final int RUNS = 15;

  /** Measures. */
  static Limits measure(Placement placement) {
    try (Program program = Program.compile(Limits.class, "limits", Map.of(), placement)) {
      Map<Precision, Double> products = new LinkedHashMap<>();
      for (Precision precision : precisions(placement)) {
        double best = 0;
        for (String kind : kinds(precision, placement)) {
          double operations = 2.0 * SIDE * SIDE * SIDE;
          best = Math.max(best, operations / best(program, kind, SIDE, precision) / 1e9);
        }
        products.put(precision, best);
      }
      double bytes = 2.0 * COPY_SIDE * COPY_SIDE * Precision.FP32.bytes();
      return new Limits(products, bytes / best(program, "copy", COPY_SIDE, Precision.FP32) / 1e9);
    }
  }

  private static List<Precision> precisions(Placement placement) {
    if (placement.gpu() >= 0) {
      return List.of(Precision.FP32, Precision.BF16, Precision.FP16);
    }
    List<Precision> known = new ArrayList<>(List.of(Precision.FP32, Precision.INT8));
    if (Devices.processorMultipliesBf16()) {
      known.add(1, Precision.BF16);
    }
    return known;
  }

  private static List<String> kinds(Precision precision, Placement placement) {
    if (precision == Precision.INT8) {
      return List.of("int8");
    }
    return placement.gpu() >= 0 ? List.of("mm") : List.of("mm", "packed");
  }

  private static double best(Program program, String kind, int side, Precision precision) {
    try (Value name = Value.of(kind);
        Value n = Value.of((long) side);
        Value type = Value.of((long) precision.scalarType());
        Value device = Value.of(program.placement().torchDevice())) {
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
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    products.forEach(
        (precision, rate) ->
            lines.add(
                new Line(
                    "limit " + precision.label(),
                    2.0 * SIDE * SIDE * SIDE / rate / 1e9,
                    Map.of("gflops", rate))));
    double bytes = 2.0 * COPY_SIDE * COPY_SIDE * Precision.FP32.bytes();
    lines.add(
        new Line("limit copy", bytes / gigabytes / 1e9, Map.of("gigabytes_per_second", gigabytes)));
    return lines;
  }
}
