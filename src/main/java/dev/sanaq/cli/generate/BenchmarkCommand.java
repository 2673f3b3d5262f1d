package dev.sanaq.cli.generate;

import dev.sanaq.benchmark.Benchmark;
import dev.sanaq.benchmark.BenchmarkConfig;
import dev.sanaq.benchmark.Comparison;
import dev.sanaq.benchmark.Report;
import dev.sanaq.benchmark.StageTiming;
import dev.sanaq.benchmark.export.GpuExport;
import dev.sanaq.benchmark.tune.TuningSettings;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.cli.model.ModelOptions;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.cli.terminal.VerboseOption;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmark}: times each stage of generation on this machine; one JSON line per stage. */
@Command(
    name = "benchmark",
    mixinStandardHelpOptions = true,
    description = "Times each stage of generation next to the machine's limits, as JSON lines.")
public final class BenchmarkCommand implements Callable<Integer> {
  @Mixin private ModelOptions modelOptions;

  @Mixin private SizeOptions size;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Denoising steps that the total is computed for (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--timed-steps",
      paramLabel = "N",
      defaultValue = "3",
      description = "Denoising steps to time in each run (default: ${DEFAULT-VALUE}).")
  private int timedSteps;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Timed runs, one image each, after a first one (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "PIXELS",
      description = "Also time one step at these square sizes, such as 512,1024,2048,4096.")
  private @Nullable List<Integer> sizes;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "JSON lines of another program or an earlier run, to compute ratios to.")
  private @Nullable Path compare;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Also write a Markdown table, the JSON lines, and with --sizes a plot.")
  private @Nullable Path report;

  @Option(
      names = "--export",
      paramLabel = "DIR",
      description =
          "Instead write the networks with inputs and expected outputs into this new folder, for"
              + " load-tests/gpu/check.py on a machine with Python and torch alone.")
  private @Nullable Path export;

  @Mixin private TuneCacheOptions tuneCache;

  @Mixin private VerboseOption verbose;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PipelineOptions options;
    Path model;
    try {
      options = modelOptions.pipelineOptions(List.of());
      model = modelOptions.model();
      if (compare != null && !Files.isReadable(compare)) {
        throw new IllegalArgumentException("--compare " + compare + ": no such file");
      }
      benchmarkConfig(1); // validates the options before the model is loaded
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (SignalHandling signals = SignalHandling.exitImmediately(this)) {
      if (tuneCache.isSet()) {
        tuneCache(model, options);
      } else if (export == null) {
        runBenchmark(model, options);
      } else {
        GpuExport.write(export, open(model, options));
      }
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose.isSet());
    }
  }

  private void runBenchmark(Path model, PipelineOptions options) throws IOException {
    Comparison comparison = compare == null ? Comparison.NONE : Comparison.read(compare);
    Checkpoint checkpoint = open(model, options);
    BenchmarkConfig config = benchmarkConfig(checkpoint.defaultSize());
    Benchmark benchmark = new Benchmark(checkpoint, config);
    List<StageTiming> lines =
        comparison.annotate(benchmark.run(() -> SanaPipeline.load(model, options)));
    lines.forEach(line -> spec.commandLine().getOut().println(line.toJson()));
    spec.commandLine().getOut().flush();
    if (report != null) {
      String dtype =
          lines.stream()
              .filter(line -> line.fields().containsKey("dtype"))
              .map(line -> line.fields().get("dtype").toString())
              .findFirst()
              .orElseThrow();
      synchronized (this) { // SignalHandling does not exit in between
        Report.write(report, "%s-%sx%s".formatted(dtype, config.width(), config.height()), lines);
      }
    }
  }

  private void tuneCache(Path model, PipelineOptions options) throws IOException {
    int side = open(model, options).defaultSize();
    TuningSettings settings = tuneCache.settings(size.widthOr(side), size.heightOr(side), steps);
    try (SanaPipeline pipeline = SanaPipeline.load(model, options)) {
      tuneCache
          .run(pipeline, model, settings, runs)
          .forEach(line -> spec.commandLine().getOut().println(line.toJson()));
      spec.commandLine().getOut().flush();
    }
  }

  private static Checkpoint open(Path model, PipelineOptions options) {
    return options.variant().isEmpty()
        ? Checkpoint.open(model)
        : Checkpoint.open(model, options.variant());
  }

  private BenchmarkConfig benchmarkConfig(int side) {
    return new BenchmarkConfig(
        size.heightOr(side),
        size.widthOr(side),
        steps,
        timedSteps,
        runs,
        sizes == null ? List.of() : sizes);
  }
}
