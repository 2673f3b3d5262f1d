package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;
import dev.sanaq.testing.report.LinePlot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes the tables and plots of {@code load-tests/results/scaling*}. */
public final class ScalingReport {
  private static final int SEED = 7;
  private static final int NO_THRESHOLD = 1_000_000;
  private static final String TABLE_HEADER =
      "| %s | wait p50 / p95 / p99 s | pod hours | busy | pods at most | starts | sent away busy |%n|---|---|---:|---:|---:|---:|---:|%n";

  private final Simulation.Setup setup = Simulation.Setup.ofManifests();
  private final StringBuilder text = new StringBuilder();
  private final Path folder;

  private ScalingReport(Path folder) {
    this.folder = folder;
  }

  /** The folder to write to is the only argument. */
  public static void main(String... args) throws IOException {
    new ScalingReport(Path.of(args[0])).write();
  }

  private void write() throws IOException {
    text.append(
        """
        # Scaling, simulated

        By `ScalingReport`, which takes its numbers from the manifests: see [load-tests/scaling](../scaling/README.md) for what is assumed and how to repeat it. Waits are from a job's arrival to its beginning. Demands are named by how many GPUs they would keep busy.
        """);
    demands();
    thresholds();
    triggers();
    windows();
    partitions();
    coldStarts();
    deletionCost();
    large();
    Files.writeString(folder.resolve("scaling.md"), text, StandardCharsets.UTF_8);
  }

  private void demands() throws IOException {
    section("The manifests' numbers under four demands", "demand");
    for (Demand demand : Scenarios.all()) {
      SimulationResult outcome = Simulation.run(demand, setup, SEED);
      row(demand.name(), outcome);
      String title = "%s: %d jobs".formatted(demand.name(), demand.jobs().size());
      LinePlot plot =
          new LinePlot(title, "minutes")
              .panel("requests not done", List.of(new LinePlot.Line("", byMinute(outcome.lag()))))
              .panel("pods", List.of(new LinePlot.Line("", byMinute(outcome.pods()))));
      save("scaling-%s.svg".formatted(demand.name()), plot);
    }
  }

  private void thresholds() throws IOException {
    section("Lag threshold and seconds of backlog a worker, on the day", "lag / backlog");
    List<double[]> waits = new ArrayList<>();
    List<double[]> hours = new ArrayList<>();
    for (int[] pair : new int[][] {{4, 15}, {8, 30}, {16, 60}, {32, 120}, {64, 240}, {128, 480}}) {
      SimulationResult outcome =
          Simulation.run(
              Scenarios.day(20),
              setup.with(setup.numbers().withThresholds(pair[0], pair[1])),
              SEED);
      row("%d / %d s".formatted(pair[0], pair[1]), outcome);
      waits.add(new double[] {pair[1], outcome.waitQuantile(0.95)});
      hours.add(new double[] {pair[1], outcome.podHours()});
    }
    save(
        "scaling-thresholds.svg",
        new LinePlot("The day, by the backlog's target", "s of backlog a worker")
            .panel("wait, p95, s", List.of(new LinePlot.Line("", waits)))
            .panel("pod hours", List.of(new LinePlot.Line("", hours))));
  }

  private void triggers() {
    section("By lag, by backlog, by both, on the day", "lag / backlog");
    triggers(Scenarios.day(20));
    section("The same where the second of three hours brings only 4096 px", "lag / backlog");
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
      ScaledObjectSettings numbers = setup.numbers().withThresholds(pair[0], pair[1]);
      row(lag + " / " + backlog, Simulation.run(demand, setup.with(numbers), SEED));
    }
  }

  private void windows() {
    section("Stabilisation before workers go, and cooldown, under bursts", "window / cooldown");
    for (int[] pair :
        new int[][] {{0, 30}, {60, 60}, {300, 300}, {600, 300}, {1800, 300}, {3600, 3600}}) {
      SimulationResult outcome =
          Simulation.run(
              Scenarios.bursts(20, 3),
              setup.with(setup.numbers().withWindows(pair[0], pair[1])),
              SEED);
      row("%d / %d s".formatted(pair[0], pair[1]), outcome);
    }
  }

  private void partitions() {
    section("Partitions, steady at 20 GPUs with 30 workers at most", "partitions");
    for (int count : new int[] {10, 20, 30, 45, 60, 120, 240}) {
      ScaledObjectSettings numbers = setup.numbers();
      row(
          String.valueOf(count),
          Simulation.run(
              Scenarios.steady(20, 7200),
              setup.with(numbers.withSizes(numbers.maxReplicas(), count)),
              SEED));
    }
  }

  private void coldStarts() {
    section("Cold starts, under bursts", "cold start");
    for (int seconds : new int[] {10, 30, 60, 150, 300, 600}) {
      Simulation.Setup other =
          new Simulation.Setup(
              setup.numbers(), setup.sync(), seconds, setup.rebalance(), setup.batch(), true);
      row(seconds + " s", Simulation.run(Scenarios.bursts(20, 3), other, SEED));
    }
  }

  private void deletionCost() {
    section("Who goes first, on the day", "order");
    row("idle ones (pod-deletion-cost)", Simulation.run(Scenarios.day(20), setup, SEED));
    Simulation.Setup blind =
        new Simulation.Setup(
            setup.numbers(),
            setup.sync(),
            setup.coldStart(),
            setup.rebalance(),
            setup.batch(),
            false);
    row("anyone", Simulation.run(Scenarios.day(20), blind, SEED));
  }

  private void large() throws IOException {
    section("Thousands of pods: a ramp to 2,000 GPUs in an hour", "at most / partitions");
    for (int[] pair : new int[][] {{2500, 2500}, {2500, 5000}}) {
      ScaledObjectSettings numbers = setup.numbers().withSizes(pair[0], pair[1]);
      SimulationResult outcome = Simulation.run(Scenarios.ramp(2000), setup.with(numbers), SEED);
      row("%d / %d".formatted(pair[0], pair[1]), outcome);
      save(
          "scaling-thousands.svg",
          new LinePlot("A ramp to 2,000 GPUs, %d partitions".formatted(pair[1]), "minutes")
              .panel("requests not done", List.of(new LinePlot.Line("", byMinute(outcome.lag()))))
              .panel("pods", List.of(new LinePlot.Line("", byMinute(outcome.pods())))));
    }
  }

  private void section(String title, String first) {
    text.append("\n## %s\n\n".formatted(title)).append(TABLE_HEADER.formatted(first));
  }

  private void row(String name, SimulationResult outcome) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %.0f / %.0f / %.0f | %.1f | %.0f %% | %d | %d | %d |%s%n",
            name,
            outcome.waitQuantile(0.5),
            outcome.waitQuantile(0.95),
            outcome.waitQuantile(0.99),
            outcome.podHours(),
            100 * outcome.utilization(),
            outcome.maxPods(),
            outcome.starts(),
            outcome.terminatedWhileBusy(),
            outcome.unfinished() == 0 ? "" : " %d not done".formatted(outcome.unfinished())));
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
