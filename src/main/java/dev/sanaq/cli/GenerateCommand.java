package dev.sanaq.cli;

import dev.sanaq.image.ImageFormat;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Drawn;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.Painter;
import dev.sanaq.sana.PictureTexts;
import dev.sanaq.sana.PipelineOptions;
import dev.sanaq.sana.SanaPipeline;
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
 * {@code generate}: pictures of one prompt from a checkpoint on disk to files, no Kafka. The files'
 * names go to standard output, the progress bar to standard error.
 */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Draws pictures of a prompt into files.")
public final class GenerateCommand implements Callable<Integer> {
  /** How a checkpoint becomes a painter. */
  @FunctionalInterface
  interface Loader {
    Painter load(Path model, PipelineOptions options);
  }

  @Mixin private ModelOptions modelOptions;
  @Mixin private DrawingOptions drawingOptions;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description =
          "A *.png, *.jpg or *.webp; with several pictures *-0.png, *-1.png, ..."
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
    PictureFiles files;
    try {
      drawingOptions.check();
      checkQuality();
      options = modelOptions.options(drawingOptions.adapterFiles());
      modelOptions.model();
      files = PictureFiles.of(output, drawingOptions.count());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (Termination ended = Termination.atOnce(files)) {
      draw(options, files);
      return 0;
    } catch (IOException | RuntimeException e) {
      return Failure.report(spec.commandLine().getErr(), e, verbose);
    }
  }

  private void draw(PipelineOptions options, PictureFiles files) throws IOException {
    Drawing drawing;
    Drawn drawn;
    ModelInfo info;
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("load");
      try (Painter painter = loader.load(modelOptions.model(), options)) {
        info = painter.model();
        drawing = drawing(info);
        bar.show("text");
        drawn = painter.draw(drawing, (done, steps) -> show(bar, done, steps));
      }
      for (int i = 0; i < drawn.images().size(); i++) {
        bar.show("write", i, drawn.images().size());
        files.write(i, file(files.format(), drawn.images().get(i), drawing, info, i));
      }
    }
    DrawnReport report = DrawnReport.of(files, info, drawing, drawn);
    spec.commandLine().getOut().println(json ? report.json() : report.lines());
    spec.commandLine().getOut().flush();
  }

  private Drawing drawing(ModelInfo model) {
    try {
      return drawingOptions.drawing(model);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private byte[] file(
      ImageFormat format, RgbImage image, Drawing drawing, ModelInfo model, int index) {
    return format.encode(image, quality, PictureTexts.of(drawing, model.name(), index));
  }

  private void checkQuality() {
    if (quality < 0 || quality > ImageFormat.BEST_QUALITY) {
      throw new IllegalArgumentException("--quality %d: must be 0 to 100".formatted(quality));
    }
  }

  private static void show(ProgressBar bar, int done, int steps) {
    if (done < steps) {
      bar.show("denoise", done, steps);
    } else {
      bar.show("decode");
    }
  }
}
