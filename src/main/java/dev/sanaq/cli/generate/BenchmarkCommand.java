package dev.sanaq.cli.generate;

import dev.sanaq.benchmark.Benchmark;
import dev.sanaq.benchmark.BenchmarkConfig;
import dev.sanaq.benchmark.Comparison;
import dev.sanaq.benchmark.Report;
import dev.sanaq.benchmark.StageTiming;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.cli.model.ModelOptions;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.cli.terminal.SignalHandling;
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

/** {@code benchmark}: how fast a checkpoint draws here, a JSON line a stage. */
@Command(
    name = "benchmark",
    mixinStandardHelpOptions = true,
    description = "Times every stage of drawing beside the machine's own limits: JSON lines.")
public final class BenchmarkCommand implements Callable<Integer> {
  @Mixin private ModelOptions modelOptions;

  @Option(names = "--height", paramLabel = "PIXELS", description = "Default: the model's.")
  private @Nullable Integer height;

  @Option(names = "--width", paramLabel = "PIXELS", description = "Default: the model's.")
  private @Nullable Integer width;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Steps of the image that is reckoned with. Default: 20.")
  private int steps;

  @Option(
      names = "--timed-steps",
      paramLabel = "N",
      defaultValue = "3",
      description = "Steps that are timed a run. Default: 3.")
  private int timedSteps;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Images drawn and timed after the first one. Default: 3.")
  private int runs;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "PIXELS",
      description = "Squares whose step is timed besides, such as 512,1024,2048,4096.")
  private @Nullable List<Integer> sizes;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "JSON lines of another program, or of an earlier run: adds ratios.")
  private @Nullable Path compare;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Also write a Markdown table, the lines, and a plot where there are sizes.")
  private @Nullable Path report;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PipelineOptions options;
    Path model;
    try {
      options = modelOptions.pipelineOptions(List.of());
      model = modelOptions.model();
      if (compare != null && !Files.isReadable(compare)) {
        throw new IllegalArgumentException("--compare " + compare + ": there is no such file");
      }
      benchmarkConfig(1); // says what is wrong before anything is loaded
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (SignalHandling ended = SignalHandling.exitImmediately(this)) {
      runBenchmark(model, options);
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose);
    }
  }

  private void runBenchmark(Path model, PipelineOptions options) throws IOException {
    Comparison comparison = compare == null ? Comparison.NONE : Comparison.read(compare);
    Checkpoint checkpoint =
        options.variant().isEmpty()
            ? Checkpoint.open(model)
            : Checkpoint.open(model, options.variant());
    BenchmarkConfig plan = benchmarkConfig(checkpoint.defaultSize());
    Benchmark benchmark = new Benchmark(checkpoint, plan);
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
      synchronized (this) { // written whole
        Report.write(report, "%s-%dx%d".formatted(dtype, plan.width(), plan.height()), lines);
      }
    }
  }

  private BenchmarkConfig benchmarkConfig(int side) {
    return new BenchmarkConfig(
        height == null ? side : height,
        width == null ? side : width,
        steps,
        timedSteps,
        runs,
        sizes == null ? List.of() : sizes);
  }
}
