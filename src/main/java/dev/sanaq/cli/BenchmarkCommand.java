package dev.sanaq.cli;

import dev.sanaq.benchmark.Benchmark;
import dev.sanaq.benchmark.Comparison;
import dev.sanaq.benchmark.Line;
import dev.sanaq.benchmark.Plan;
import dev.sanaq.benchmark.Report;
import dev.sanaq.sana.PipelineOptions;
import dev.sanaq.sana.SanaPipeline;
import dev.sanaq.sana.checkpoint.Checkpoint;
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
      description = "Steps of the picture that is reckoned with. Default: 20.")
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
      description = "Pictures drawn and timed after the first one. Default: 3.")
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
      options = modelOptions.options(List.of());
      model = modelOptions.model();
      if (compare != null && !Files.isReadable(compare)) {
        throw new IllegalArgumentException("--compare " + compare + ": there is no such file");
      }
      plan(1); // says what is wrong before anything is loaded
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (Termination ended = Termination.atOnce(this)) {
      measure(model, options);
      return 0;
    } catch (IOException | RuntimeException e) {
      return Failure.report(spec.commandLine().getErr(), e, verbose);
    }
  }

  private void measure(Path model, PipelineOptions options) throws IOException {
    Comparison comparison = compare == null ? Comparison.NONE : Comparison.read(compare);
    Checkpoint checkpoint =
        options.variant().isEmpty()
            ? Checkpoint.open(model)
            : Checkpoint.open(model, options.variant());
    Plan plan = plan(checkpoint.defaultSize());
    Benchmark benchmark = new Benchmark(checkpoint, plan);
    List<Line> lines = comparison.beside(benchmark.run(() -> SanaPipeline.load(model, options)));
    lines.forEach(line -> spec.commandLine().getOut().println(line.json()));
    spec.commandLine().getOut().flush();
    if (report != null) {
      String dtype =
          lines.stream()
              .filter(line -> line.more().containsKey("dtype"))
              .map(line -> line.more().get("dtype").toString())
              .findFirst()
              .orElseThrow();
      synchronized (this) { // written whole
        Report.write(report, "%s-%dx%d".formatted(dtype, plan.width(), plan.height()), lines);
      }
    }
  }

  private Plan plan(int side) {
    return new Plan(
        height == null ? side : height,
        width == null ? side : width,
        steps,
        timedSteps,
        runs,
        sizes == null ? List.of() : sizes);
  }
}
