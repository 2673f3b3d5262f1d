package dev.sanaq.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.PngTextReader;
import dev.sanaq.testing.image.TestImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The options for input images, with real checkpoints: the files equal the reference's. */
class GenerateFromImagesTest {
  private final Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  GenerateFromImagesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource({
    "img2img-dpm, --image source.png --strength 0.6 --negative-prompt blurry",
    "img2img-euler, --image source.png --strength 0.35 --solver flow-euler",
    "img2img-full, --image source.png --strength 1",
    "img2img-sprint, --image source.png --strength 0.5",
    "inpaint-dpm, --image source.png --strength 0.8 --mask mask.png --no-composite",
    "controlnet, --control source.png --control-scale 0.8",
    "pag, --pag-scale 2 --pag-adaptive-scale 0 --pag-layers 1"
  })
  void generate_imageOptions_equalReference(String name, String options) throws IOException {
    JsonNode json = Fixtures.json("conditioning/" + name + "/case.json");
    JsonNode call = json.get("call");
    List<String> args = new ArrayList<>();
    for (String option : options.split(" ")) {
      args.add(
          option.endsWith(".png")
              ? Fixtures.path("conditioning/" + name + "/" + option).toString()
              : option);
    }
    args.addAll(
        List.of(
            "--prompt",
            call.get("prompt").textValue(),
            "--width",
            call.get("width").asText(),
            "--height",
            call.get("height").asText(),
            "--steps",
            call.get("num_inference_steps").asText(),
            "--guidance-scale",
            call.get("guidance_scale").asText(),
            "--seed",
            json.get("seed").asText(),
            "--no-resolution-binning"));

    assertThat(run(checkpoint(name, json), args)).as(err.toString()).isZero();

    RgbImage expected = TestImages.read(Fixtures.path("conditioning/" + name + "/image.png"));
    TestImages.assertWithinOneLevel(TestImages.read(folder.resolve("out.png")), expected, 0.001);
  }

  /** Alone, the source's aspect ratio decides the size. */
  @Test
  void generate_imageWithoutSize_keepsAspectRatioAndNotesStrength() throws IOException {
    Path source = Fixtures.path("conditioning/img2img-dpm/source.png"); // 96 x 128
    List<String> args =
        List.of("--prompt", "a fox", "--steps", "2", "--seed", "1", "--image", source.toString());
    Path model = Fixtures.path("other-sizes/checkpoint");

    assertThat(run(model, args)).as(err.toString()).isZero();

    RgbImage image = TestImages.read(folder.resolve("out.png"));
    assertThat((double) image.width() / image.height()).isBetween(0.65, 0.85);
    assertThat(PngTextReader.read(Files.readAllBytes(folder.resolve("out.png"))).get("parameters"))
        .contains("Denoising strength: 0.6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--strength 0.5 | --strength: needs --image",
        "--mask M | --mask: needs --image",
        "--no-composite | --no-composite: needs --image",
        "--image S --strength 0 | --strength 0.0: must be above 0 and at most 1",
        "--image S --strength 1.5 | --strength 1.5: must be above 0 and at most 1",
        "--image none.png | --image none.png: no such file or folder",
        "--image S --mask O | the mask has 128 x 160 pixels, the image 96 x 128: they must have",
        "--control-scale 1 | --control-scale: needs --control",
        "--control-preprocessor canny | --control-preprocessor: needs --control",
        "--control S --control-preprocessor hed | --control-preprocessor: unknown preprocessor hed",
        "--control S --canny-sigma 1 | --canny-sigma: needs --control-preprocessor canny",
        "--control S --control-preprocessor canny --canny-thresholds 9 | [9.0]: must be LOW,HIGH",
        "--control S --control-preprocessor canny --canny-thresholds 9,5 | 9.0 and 5.0: must be",
        "--control S --control-interval 0.5 | --control-interval [0.5]: must be START,STOP",
        "--pag-layers 1,2 | --pag-layers: needs --pag-scale above 0",
        "--pag-scale -1 | pag scale -1.0: must be above 0",
        "--pag-scale 1 --pag-layers -1 | pag layers [-1]: must be block numbers from 0"
      })
  void generate_invalidImageOption_isRejectedBeforeLoading(String options, String message) {
    List<String> args = new ArrayList<>(List.of("--prompt", "fox"));
    for (String option : options.split(" ")) {
      args.add(
          switch (option) {
            case "S" -> Fixtures.path("conditioning/img2img-dpm/source.png").toString();
            case "M", "O" -> Fixtures.path("conditioning/inpaint-dpm/mask.png").toString();
            default -> option;
          });
    }
    assertThat(run(folder, args)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void generate_corruptImage_isOneLine() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "no image");
    assertThat(run(folder, List.of("--prompt", "fox", "--image", text.toString()))).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("error: --image " + text + ": is neither PNG nor JPEG nor WebP");
  }

  private Path checkpoint(String name, JsonNode json) throws IOException {
    Path model = Fixtures.path(json.get("model").textValue() + "/checkpoint");
    if (!name.equals("controlnet")) {
      return model;
    }
    Path target = folder.resolve("model");
    copy(model, target);
    copy(Fixtures.path("conditioning/controlnet/checkpoint"), target);
    return target;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private int run(Path model, List<String> args) {
    CommandLine line = CliErrors.install(new CommandLine(new GenerateCommand()));
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<String> all =
        new ArrayList<>(
            List.of(
                "--model",
                model.toString(),
                "--output",
                folder.resolve("out.png").toString(),
                "--precision",
                "fp32",
                "--device",
                "cpu"));
    all.addAll(args);
    return line.execute(all.toArray(String[]::new));
  }
}
