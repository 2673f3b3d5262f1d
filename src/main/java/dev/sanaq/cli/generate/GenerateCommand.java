package dev.sanaq.cli.generate;

import dev.sanaq.cli.model.ModelOptions;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ImageMetadata;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code generate}: images of one prompt from a checkpoint on disk to files, no Kafka. The files'
 * names go to standard output, the progress bar to standard error.
 */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Draws images of a prompt into files.")
public final class GenerateCommand implements Callable<Integer> {
  /** How a checkpoint becomes a painter. */
  @FunctionalInterface
  interface Loader {
    ImageGenerator load(Path model, PipelineOptions options);
  }

  @Mixin private ModelOptions modelOptions;
  @Mixin private GenerationOptions generationOptions;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description =
          "A *.png, *.jpg or *.webp; with several images *-0.png, *-1.png, ..."
              + " A png holds what draws it again.")
  private Path output;

  @Option(
      names = "--quality",
      paramLabel = "N",
      defaultValue = "90",
      description = "0 to 100, of a *.jpg or *.webp. Default: ${DEFAULT-VALUE}.")
  private int quality;

  @Option(names = "--json", description = "Print what was drawn as one JSON object.")
  private boolean json;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  @Spec private CommandSpec spec;

  private final Loader loader;

  /** The command as the program has it. */
  public GenerateCommand() {
    this(SanaPipeline::load);
  }

  GenerateCommand(Loader loader) {
    this.loader = loader;
  }

  @Override
  public Integer call() {
    PipelineOptions options;
    OutputFiles files;
    try {
      generationOptions.validate();
      checkQuality();
      options = modelOptions.pipelineOptions(generationOptions.adapterFiles());
      modelOptions.model();
      files = OutputFiles.of(output, generationOptions.count());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (SignalHandling ended = SignalHandling.exitImmediately(files)) {
      generate(options, files);
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose);
    }
  }

  private void generate(PipelineOptions options, OutputFiles files) throws IOException {
    GenerationParams drawing;
    GenerationResult drawn;
    ModelInfo info;
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("load");
      try (ImageGenerator painter = loader.load(modelOptions.model(), options)) {
        info = painter.model();
        drawing = generationParams(info);
        bar.show("text");
        drawn = painter.generate(drawing, (done, steps) -> showProgress(bar, done, steps));
      }
      for (int i = 0; i < drawn.images().size(); i++) {
        bar.show("write", i, drawn.images().size());
        files.write(i, encodeImage(files.format(), drawn.images().get(i), drawing, info, i));
      }
    }
    GenerateReport report = GenerateReport.of(files, info, drawing, drawn);
    spec.commandLine().getOut().println(json ? report.toJson() : report.toText());
    spec.commandLine().getOut().flush();
  }

  private GenerationParams generationParams(ModelInfo model) {
    try {
      return generationOptions.toGenerationParams(model);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private byte[] encodeImage(
      ImageFormat format, RgbImage image, GenerationParams drawing, ModelInfo model, int index) {
    return format.encode(image, quality, ImageMetadata.of(drawing, model.name(), index));
  }

  private void checkQuality() {
    if (quality < 0 || quality > ImageFormat.MAX_QUALITY) {
      throw new IllegalArgumentException("--quality %d: must be 0 to 100".formatted(quality));
    }
  }

  private static void showProgress(ProgressBar bar, int done, int steps) {
    if (done < steps) {
      bar.show("denoise", done, steps);
    } else {
      bar.show("decode");
    }
  }
}
