package dev.sanaq.cli.generate;

import dev.sanaq.cli.model.ModelOptions;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.cli.terminal.VerboseOption;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ImageMetadata;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.provenance.ContentCredentials;
import dev.sanaq.sana.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code generate}: generates images from a prompt with a checkpoint on disk, without Kafka. The
 * names of the files go to standard output, the progress bar to standard error.
 */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Generates images from a prompt and writes them to files.")
public final class GenerateCommand implements Callable<Integer> {
  /** Loads a checkpoint into an image generator. */
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
          "Image file: *.png, *.jpg or *.webp; several images become *-0.png, *-1.png, ... A PNG"
              + " holds its generation parameters.")
  private Path output;

  @Option(
      names = "--quality",
      paramLabel = "N",
      defaultValue = "90",
      description = "Quality of JPEG and WebP, 0 to 100 (default: ${DEFAULT-VALUE}).")
  private int quality;

  @Mixin private C2paOptions c2paOptions;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  private boolean json;

  @Mixin private VerboseOption verbose;

  @Spec private CommandSpec spec;

  private final Loader loader;

  /** The command with the real pipeline. */
  public GenerateCommand() {
    this.loader =
        (folder, options) ->
            SanaPipeline.load(
                folder, options, generationOptions.prompt(), generationOptions.instruction());
  }

  GenerateCommand(Loader loader) {
    this.loader = loader;
  }

  @Override
  public Integer call() {
    PipelineOptions options;
    OutputFiles files;
    Optional<ContentCredentials> credentials;
    try {
      generationOptions.validate();
      checkQuality();
      credentials = c2paOptions.credentials();
      options = modelOptions.pipelineOptions(generationOptions.loraFiles());
      modelOptions.model();
      files = OutputFiles.of(output, generationOptions.numImages());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (SignalHandling signals = SignalHandling.exitImmediately(files)) {
      generate(options, files, credentials);
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose.isSet());
    }
  }

  private void generate(
      PipelineOptions options, OutputFiles files, Optional<ContentCredentials> credentials)
      throws IOException {
    GenerationParams params;
    GenerationResult result;
    ModelInfo info;
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("load");
      try (ImageGenerator generator =
          generationOptions.withScorer(loader.load(modelOptions.model(), options))) {
        info = generator.model();
        params = generationParams(info);
        bar.show("text");
        result = generator.generate(params, (done, steps) -> showProgress(bar, done, steps));
      }
      for (int i = 0; i < result.images().size(); i++) {
        bar.show("write", i, result.images().size());
        byte[] file =
            encodeImage(files.format(), result.images().get(i), params, info, result.offset(i));
        files.write(
            i,
            credentials.isPresent()
                ? credentials.get().sign(files.format(), file, params, info.name())
                : file);
      }
    }
    GenerateReport report = GenerateReport.of(files, info, params, result);
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
      ImageFormat format, RgbImage image, GenerationParams params, ModelInfo model, int index) {
    return format.encode(
        image,
        quality,
        ImageMetadata.of(params, model.name(), index),
        Provenance.xmp(params, model.name()));
  }

  private void checkQuality() {
    if (quality < 0 || quality > ImageFormat.MAX_QUALITY) {
      throw new IllegalArgumentException("--quality %s: must be 0 to 100".formatted(quality));
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
