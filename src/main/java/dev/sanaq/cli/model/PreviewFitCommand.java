package dev.sanaq.cli.model;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.files.FileErrors;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PillowResizer.Filter;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.sana.preview.LatentRgbFactors;
import dev.sanaq.sana.preview.LatentRgbFit;
import dev.sanaq.torch.ScriptValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code preview-fit}: fits the linear map of previews with a checkpoint's autoencoder. */
@Command(
    name = "preview-fit",
    mixinStandardHelpOptions = true,
    description =
        "Fits the linear map from latents to colours that previews are made with, and writes it"
            + " into the checkpoint's folder as "
            + LatentRgbFactors.FILE
            + ". Encodes images with the checkpoint's own autoencoder.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:written",
      "1:the model or an image cannot be read, or there are too few images",
      "2:invalid command line"
    })
public final class PreviewFitCommand implements Callable<Integer> {
  @Mixin private CheckpointOption model;

  @Mixin private Fp32DeviceOptions device;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of PNG, JPEG and WebP files of the kind that the model generates, with its"
              + " subfolders; some hundreds are enough.")
  private Path images;

  @Option(
      names = "--max-images",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "The most images to read, in the order of their names (default: ${DEFAULT-VALUE}).")
  private int maxImages;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try {
      Checkpoint checkpoint = Checkpoint.open(model.folder());
      List<Path> files = files();
      LatentRgbFit fit = fit(checkpoint, files);
      LatentRgbFactors factors = fit.solve();
      factors.write(model.folder());
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "%s: %d images, %d latents, explained variance %.3f%n",
              model.folder().resolve(LatentRgbFactors.FILE),
              files.size(),
              fit.samples(),
              fit.explainedVariance());
      spec.commandLine().getOut().flush();
      return ExitCode.OK;
    } catch (IOException e) {
      return printError(FileErrors.describe(e));
    } catch (CheckpointException | UnreadableImageException | IllegalStateException e) {
      return printError(String.valueOf(e.getMessage()));
    }
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(images)) {
      throw new IllegalArgumentException("--images %s: no such folder".formatted(images));
    }
    try (Stream<Path> found = Files.walk(images)) {
      return found
          .filter(file -> file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g|webp)"))
          .sorted()
          .limit(maxImages)
          .toList();
    }
  }

  private LatentRgbFit fit(Checkpoint checkpoint, List<Path> files)
      throws UnreadableImageException {
    LatentRgbFit fit = new LatentRgbFit(checkpoint.autoencoder().latentChannels());
    int side = checkpoint.defaultSize();
    try (AutoencoderDC encoder = AutoencoderDC.loadEncoder(checkpoint, device.placement())) {
      for (Path file : files) {
        RgbImage image =
            PillowResizer.resize(
                ImageDecoder.read(file, ImageDecoder.MAX_INPUT_PIXELS).toRgb(),
                new ImageSize(side, side),
                Filter.LANCZOS);
        fit.add(encode(encoder, image), image, checkpoint.autoencoder().spatialCompression());
      }
    }
    return fit;
  }

  private static float[] encode(AutoencoderDC encoder, RgbImage image) {
    float[] values = PlanarFloatImage.of(image).values();
    try (ScriptValue pixels = ScriptValue.floats(values, 1, 3, image.height(), image.width());
        ScriptValue latents = encoder.encodeToHost(pixels)) {
      return latents.toFloats();
    }
  }

  private int printError(String message) {
    spec.commandLine().getErr().println("error: " + message);
    spec.commandLine().getErr().flush();
    return ExitCode.SOFTWARE;
  }
}
