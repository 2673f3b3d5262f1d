package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;
import dev.sanaq.testing.report.LinePlot;
import dev.sanaq.testing.report.ResultPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes the tables and plots of {@code load-tests/results/scaling*}; see load-tests/scaling. */
public final class ScalingReport {
  private static final int SEED = 7;
  private static final int NO_THRESHOLD = 1_000_000;
  private static final String TABLE_HEADER =
      "| %s | wait p50 / p95 / p99 s | pod hours | busy | pods at most | starts | busy removed |%n|---|---|---:|---:|---:|---:|---:|%n";

  private final SimulationSettings settings = SimulationSettings.ofManifests();
  private final StringBuilder text = new StringBuilder();
  private final Path folder;

  private ScalingReport(Path folder) {
    this.folder = folder;
  }

  /** Writes to the folder that the only argument names. */
  public static void main(String... args) throws IOException {
    new ScalingReport(Path.of(args[0])).write();
  }

  private void write() throws IOException {
    demands();
    thresholds();
    triggers();
    windows();
    partitions();
    coldStarts();
    deletionCost();
    large();
    ResultPage.write(folder.resolve("scaling.md"), "Scaling, simulated", text.toString());
  }

  private void demands() throws IOException {
    section("The manifests' numbers with four kinds of demand", "demand");
    for (Demand demand : Scenarios.all()) {
      SimulationResult result = Simulation.run(demand, settings, SEED);
      row(demand.name(), result);
      String title = "%s: %s jobs".formatted(demand.name(), demand.jobs().size());
      LinePlot plot =
          new LinePlot(title, "minutes")
              .panel(
                  "requests not finished", List.of(new LinePlot.Line("", byMinute(result.lag()))))
              .panel("pods", List.of(new LinePlot.Line("", byMinute(result.pods()))));
      save("scaling-%s.svg".formatted(demand.name()), plot);
    }
  }

  private void thresholds() throws IOException {
    section("Lag threshold and seconds of backlog per worker, during the day", "lag / backlog");
    List<double[]> waits = new ArrayList<>();
    List<double[]> hours = new ArrayList<>();
    for (int[] pair : new int[][] {{4, 15}, {8, 30}, {16, 60}, {32, 120}, {64, 240}, {128, 480}}) {
      SimulationResult result =
          Simulation.run(
              Scenarios.day(20),
              settings.withAutoscaler(settings.autoscaler().withThresholds(pair[0], pair[1])),
              SEED);
      row("%s / %s s".formatted(pair[0], pair[1]), result);
      waits.add(new double[] {pair[1], result.waitQuantile(0.95)});
      hours.add(new double[] {pair[1], result.podHours()});
    }
    save(
        "scaling-thresholds.svg",
        new LinePlot("The day, by target backlog", "s of backlog per worker")
            .panel("wait, p95, s", List.of(new LinePlot.Line("", waits)))
            .panel("pod hours", List.of(new LinePlot.Line("", hours))));
  }

  private void triggers() {
    section("By lag, by backlog, by both, during the day", "lag / backlog");
    triggers(Scenarios.day(20));
    section("The same, with an hour of only 4096 px", "lag / backlog");
    triggers(Scenarios.changing(10));
  }

  private void triggers(Demand demand) {
    int[][] pairs = {
      {8, NO_THRESHOLD},
      {16, NO_THRESHOLD},
      {32, NO_THRESHOLD},
      {NO_THRESHOLD, 60},
      {16, 60},
      {32, 60}
    };
    for (int[] pair : pairs) {
      String lag = pair[0] == NO_THRESHOLD ? "none" : String.valueOf(pair[0]);
      String backlog = pair[1] == NO_THRESHOLD ? "none" : pair[1] + " s";
      ScaledObjectSettings autoscaler = settings.autoscaler().withThresholds(pair[0], pair[1]);
      row(lag + " / " + backlog, Simulation.run(demand, settings.withAutoscaler(autoscaler), SEED));
    }
  }

  private void windows() {
    section("Stabilisation window and cooldown, under bursts", "window / cooldown");
    for (int[] pair :
        new int[][] {{0, 30}, {60, 60}, {300, 300}, {600, 300}, {1800, 300}, {3600, 3600}}) {
      SimulationResult result =
          Simulation.run(
              Scenarios.bursts(20, 3),
              settings.withAutoscaler(settings.autoscaler().withWindows(pair[0], pair[1])),
              SEED);
      row("%s / %s s".formatted(pair[0], pair[1]), result);
    }
  }

  private void partitions() {
    section("Partitions, steady demand for 20 GPUs, at most 30 workers", "partitions");
    for (int count : new int[] {10, 20, 30, 45, 60, 120, 240}) {
      ScaledObjectSettings autoscaler = settings.autoscaler();
      row(
          String.valueOf(count),
          Simulation.run(
              Scenarios.steady(20, 7200),
              settings.withAutoscaler(autoscaler.withSizes(autoscaler.maxReplicas(), count)),
              SEED));
    }
  }

  private void coldStarts() {
    section("Cold starts, under bursts", "cold start");
    for (int seconds : new int[] {10, 30, 60, 150, 300, 600}) {
      row(
          seconds + " s",
          Simulation.run(Scenarios.bursts(20, 3), settings.withColdStart(seconds), SEED));
    }
  }

  private void deletionCost() {
    section("Which pods are removed first, during the day", "removed first");
    row("idle pods (pod-deletion-cost)", Simulation.run(Scenarios.day(20), settings, SEED));
    SimulationSettings anyPod = settings.withoutDeletionCost();
    row("any pod", Simulation.run(Scenarios.day(20), anyPod, SEED));
  }

  private void large() throws IOException {
    section("Thousands of pods: a ramp to 2,000 GPUs in an hour", "at most / partitions");
    for (int[] pair : new int[][] {{2500, 2500}, {2500, 5000}}) {
      ScaledObjectSettings autoscaler = settings.autoscaler().withSizes(pair[0], pair[1]);
      SimulationResult result =
          Simulation.run(Scenarios.ramp(2000), settings.withAutoscaler(autoscaler), SEED);
      row("%s / %s".formatted(pair[0], pair[1]), result);
      save(
          "scaling-thousands.svg",
          new LinePlot("A ramp to 2,000 GPUs, %s partitions".formatted(pair[1]), "minutes")
              .panel(
                  "requests not finished", List.of(new LinePlot.Line("", byMinute(result.lag()))))
              .panel("pods", List.of(new LinePlot.Line("", byMinute(result.pods())))));
    }
  }

  private void section(String title, String firstColumn) {
    text.append("\n## %s\n\n".formatted(title)).append(TABLE_HEADER.formatted(firstColumn));
  }

  private void row(String name, SimulationResult result) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %.0f / %.0f / %.0f | %.1f | %.0f %% | %d | %d | %d |%s%n",
            name,
            result.waitQuantile(0.5),
            result.waitQuantile(0.95),
            result.waitQuantile(0.99),
            result.podHours(),
            100 * result.utilization(),
            result.maxPods(),
            result.starts(),
            result.terminatedWhileBusy(),
            result.unfinished() == 0 ? "" : " %s not finished".formatted(result.unfinished())));
    System.out.println(name + " done");
  }

  private static List<double[]> byMinute(long... seconds) {
    List<double[]> points = new ArrayList<>();
    for (int second = 0; second < seconds.length; second += 20) {
      points.add(new double[] {second / 60.0, seconds[second]});
    }
    return points;
  }

  private static List<double[]> byMinute(int... seconds) {
    return byMinute(java.util.Arrays.stream(seconds).asLongStream().toArray());
  }

  private void save(String name, LinePlot plot) throws IOException {
    Files.writeString(folder.resolve(name), plot.svg(), StandardCharsets.UTF_8);
  }
}
