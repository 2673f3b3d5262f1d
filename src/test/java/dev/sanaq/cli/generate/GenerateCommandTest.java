package dev.sanaq.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.c2pa.C2paReader;
import dev.sanaq.testing.c2pa.SigningFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GenerateCommandTest {
  private static final ModelInfo MODEL =
      new ModelInfo(
          "tiny",
          32,
          64,
          32,
          20,
          4.5,
          GuidanceInterval.ALL_STEPS,
          SolverKind.FLOW_DPM,
          Set.of(SolverKind.FLOW_DPM, SolverKind.FLOW_EULER),
          List.of(),
          "a CPU",
          "fp32");

  private final Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<GenerationParams> generations = new ArrayList<>();
  private final List<PipelineOptions> loads = new ArrayList<>();

  GenerateCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void missingOptions_useModelDefaults() {
    assertThat(run("--prompt", "a fox", "--output", file("out.png"))).isZero();
    GenerationParams params = generations.get(0);
    assertThat(params)
        .usingRecursiveComparison()
        .ignoringFields("seed")
        .isEqualTo(
            new GenerationParams(
                "a fox", "", 64, 32, 20, 4.5, 0, 1, SolverKind.FLOW_DPM, true, true, List.of()));
    assertThat(params.seed()).isBetween(0L, 1L << 32);
    assertThat(loads).containsExactly(PipelineOptions.AUTO);
    assertThat(out.toString())
        .isEqualTo("%s  64x32  seed %s%n".formatted(file("out.png"), params.seed()));
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void givenOptions_reachGenerator() {
    String[] args =
        ("--negative-prompt blur --width 96 --height 128 --steps 7 --guidance-scale 2.5 --seed"
                + " 9223372036854775807 --solver flow-euler --no-resolution-binning"
                + " --no-prompt-instruction --precision fp16 --variant bf16 --threads 3 --device cpu"
                + " --prompt fox --output "
                + file("out.png"))
            .split(" ");
    assertThat(run(args)).isZero();
    assertThat(generations)
        .containsExactly(
            new GenerationParams(
                "fox",
                "blur",
                96,
                128,
                7,
                2.5,
                Long.MAX_VALUE,
                1,
                SolverKind.FLOW_EULER,
                false,
                false,
                List.of()));
    assertThat(loads)
        .containsExactly(new PipelineOptions("fp16", "bf16", 3, "cpu", List.of(), false));
  }

  @Test
  void stepCache_thatTheModelDoesNotHave_isRefusedByName() {
    assertThat(run("--prompt", "fox", "--step-cache", "none", "--output", file("a.png"))).isZero();
    assertThat(generations.get(0).stepCache()).isEqualTo(StepCache.NONE);
    assertThat(run("--prompt", "fox", "--step-cache", "fast", "--output", file("b.png")))
        .isEqualTo(2);
    assertThat(run("--prompt", "fox", "--step-cache", "quick", "--output", file("c.png")))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--step-cache fast: this model has none for 20 steps of flow-dpm",
            "--step-cache quick: must be one of none, slow, medium, fast, ultra");
  }

  @Test
  void multipleImages_areNumberedAndDistinct() throws IOException {
    assertThat(
            run("--prompt", "fox", "--num-images", "2", "--seed", "5", "--output", file("out.png")))
        .isZero();
    assertThat(list()).containsExactly("out-0.png", "out-1.png");
    for (int i = 0; i < 2; i++) {
      // the fake generator fills each image with its seed
      int rgb = ImageIO.read(folder.resolve("out-" + i + ".png").toFile()).getRGB(3, 3);
      assertThat(rgb & 0xff).isEqualTo(5 + i);
    }
    assertThat(out.toString()).contains("out-0.png  64x32  seed 5", "out-1.png  64x32  seed 6");
  }

  @Test
  void oldOptionNames_areAliases() throws IOException {
    assertThat(run("--prompt", "fox", "--count", "2", "--output", file("out.png"))).isZero();
    assertThat(list()).containsExactly("out-0.png", "out-1.png");
    assertThat(run("--prompt", "fox", "--adapter", "f=x", "--output", file("out.png")))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--lora f=x: must be FILE or FILE=SCALE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e400", "1e39"})
  void scaleOrGuidance_notFinite_isRefusedByName(String number) {
    assertThat(run("--prompt", "f", "--lora", "f=" + number, "--output", file("o.png")))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("error: --lora f=" + number + ": SCALE must be a finite number");
    assertThat(run("--prompt", "f", "--guidance-scale", number, "--output", file("o.png")))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("--guidance-scale")
        .containsPattern("not a finite number|must be a number from 0");
    assertThat(loads).isEmpty();
  }

  @Test
  void optionNotANumber_isDescribedWithoutClassNames() {
    assertThat(run("--prompt", "f", "--guidance-scale", "x", "--output", file("o.png")))
        .isEqualTo(2);
    assertThat(err.toString()).contains("'x' is not a finite number").doesNotContain("java.");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void output_cannotBeWritten_namesFileAndReason() throws IOException {
    assertThat(run("--prompt", "fox", "--output", "/proc/x.png")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("error: /proc/x.png: no such file or folder%n".formatted());
    err.getBuffer().setLength(0);
    Path temporary = folder.resolve(".o.png." + ProcessHandle.current().pid());
    Files.createSymbolicLink(temporary, Path.of("/dev/full"));
    assertThat(run("--prompt", "fox", "--output", file("o.png"))).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("error: %s: no space left on the disk%n".formatted(file("o.png")));
  }

  @Test
  void json_isSingleObject() throws IOException {
    assertThat(run("--prompt", "fox", "--seed", "5", "--json", "--output", file("out.png")))
        .isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.at("/images/0/file").textValue()).isEqualTo(file("out.png"));
    assertThat(json.at("/images/0/seed").longValue()).isEqualTo(5);
    assertThat(json.at("/model").textValue()).isEqualTo("tiny");
    assertThat(json.at("/timingsMs/denoise").longValue()).isEqualTo(1500);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.png", "out.jpg", "out.JPEG", "out.webp"})
  void fileExtension_selectsFormat(String name) throws IOException {
    assertThat(run("--prompt", "fox", "--seed", "5", "--output", file(name))).isZero();
    byte[] written = Files.readAllBytes(folder.resolve(name));
    int rgb = ImageIO.read(new ByteArrayInputStream(written)).getRGB(3, 3);
    assertThat(rgb & 0xff).isBetween(2, 8);
    String start = new String(written, 0, 12, StandardCharsets.ISO_8859_1);
    assertThat(start)
        .contains(name.endsWith("png") ? "PNG" : name.endsWith("webp") ? "WEBP" : "\u00ff\u00d8");
  }

  @Test
  void existingFile_isReplaced() throws IOException {
    Files.writeString(folder.resolve("out.png"), "old");
    assertThat(run("--prompt", "fox", "--output", file("out.png"))).isZero();
    assertThat(ImageIO.read(folder.resolve("out.png").toFile()).getWidth()).isEqualTo(64);
    assertThat(list()).containsExactly("out.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--width 0",
        "--height -5",
        "--steps 0",
        "--num-images 0",
        "--seed -1",
        "--seed 9223372036854775807 --num-images 2",
        "--guidance-scale NaN",
        "--quality 101",
        "--quality -1",
        "--solver ddim",
        "--precision int4",
        "--device tpu",
        "--threads -1",
        "--threads 100000",
        "--width wide"
      })
  void invalidOption_isRejectedBeforeLoading(String args) {
    assertThat(run(("--prompt fox --output " + file("out.png") + " " + args).split(" ")))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(args.substring(0, args.indexOf(' ')))
        .endsWith("See 'generate --help'.%n".formatted())
        .hasLineCount(2);
    assertThat(loads).isEmpty();
  }

  @Test
  void unwritableOutput_isRejectedBeforeLoading() {
    assertThat(run("--prompt", "fox", "--output", file("out.gif"))).isEqualTo(2);
    assertThat(run("--prompt", "fox", "--output", file("no/such/out.png"))).isEqualTo(2);
    assertThat(run("--prompt", "fox")).isEqualTo(2);
    assertThat(err.toString()).contains("out.gif", "no folder", "--output");
    assertThat(loads).isEmpty();
  }

  @Test
  void unsupportedSolver_isRejected() throws IOException {
    assertThat(run("--prompt", "fox", "--solver", "scm", "--output", file("out.png"))).isEqualTo(2);
    assertThat(err.toString())
        .isEqualToIgnoringNewLines("error: --solver scm: this model supports flow-dpm, flow-euler");
    assertThat(list()).isEmpty();
  }

  @Test
  void failure_isOneLine_stackTraceWithVerbose() throws IOException {
    assertThat(run("--prompt", "fail", "--output", file("out.png"))).isEqualTo(1);
    assertThat(err.toString()).isEqualToIgnoringNewLines("error: the generator failed");
    assertThat(run("--prompt", "fail", "--verbose", "--output", file("out.png"))).isEqualTo(1);
    assertThat(err.toString()).contains("\tat dev.sanaq.cli.generate.GenerateCommandTest");
    assertThat(list()).isEmpty();
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void unsupportedSize_isUsageError() {
    assertThat(run("--prompt", "size", "--output", file("out.png"))).isEqualTo(2);
    assertThat(err.toString()).isEqualToIgnoringNewLines("error: multiples of 32");
  }

  @Test
  void candidates_bestAreWritten_withSeedAndScore() throws IOException {
    String clip = Fixtures.path("clip").toString();
    assertThat(
            run(
                "--prompt fox --json --num-images 2 --candidates 5 --draft-steps 4 --seed 90"
                    .split(" "),
                "--scorer",
                clip,
                "--output",
                file("out.png")))
        .as(err.toString())
        .isZero();
    assertThat(generations.stream().map(GenerationParams::steps)).containsExactly(4, 20);
    assertThat(generations.stream().map(GenerationParams::count)).containsExactly(5, 2);
    JsonNode images = new ObjectMapper().readTree(out.toString()).get("images");
    assertThat(images.get(0).get("score").doubleValue())
        .isGreaterThan(images.get(1).get("score").doubleValue());
    for (int i = 0; i < 2; i++) {
      int rgb = ImageIO.read(folder.resolve("out-" + i + ".png").toFile()).getRGB(3, 3);
      assertThat(rgb & 0xff).isEqualTo(images.get(i).get("seed").intValue()).isBetween(90, 94);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--candidates 2|--candidates needs --scorer",
        "--candidates 1 --num-images 2 --scorer x|--candidates 1: must be at least",
        "--scorer x|--scorer needs --candidates",
        "--draft-steps 2|--draft-steps needs --candidates",
        "--candidates 2 --scorer x --draft-steps 0|--draft-steps 0: must be at least 1"
      })
  void invalidCandidateOptions_areUsageErrors(String argumentsAndError) {
    String[] parts = argumentsAndError.split("\\|");
    assertThat(run(parts[0].split(" "), "--prompt", "fox", "--output", file("out.png")))
        .isEqualTo(2);
    assertThat(err.toString()).contains(parts[1]);
    assertThat(loads).as("before the model is loaded").isEmpty();
  }

  private int run(String[] first, String... others) {
    return run(Stream.concat(Arrays.stream(first), Arrays.stream(others)).toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.png", "out.jpg", "out.webp"})
  void c2paOptions_signTheFile(String name) throws Exception {
    assertThat(
            run(
                "--prompt",
                "fox",
                "--output",
                file(name),
                "--c2pa-certificate",
                SigningFiles.path("ps256.pem").toString(),
                "--c2pa-private-key",
                SigningFiles.path("ps256.key").toString()))
        .isZero();
    C2paReader reader = C2paReader.of(Files.readAllBytes(folder.resolve(name)));
    assertThat(reader.problems(SigningFiles.root())).isEmpty();
    assertThat(reader.firstAction().get("softwareAgent")).isEqualTo(Map.of("name", "tiny"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--c2pa-certificate=CERT", "--c2pa-certificate=CERT --c2pa-private-key=no"})
  void c2paOption_thatCannotBeUsed_isRejectedBeforeLoading(String args) {
    String given = args.replace("CERT", SigningFiles.path("es256.pem").toString());
    assertThat(run(("--prompt fox --output " + file("out.png") + " " + given).split(" ")))
        .isEqualTo(2);
    assertThat(err.toString()).contains("error: --c2pa-", "--c2pa-private-key").hasLineCount(2);
    assertThat(loads).isEmpty();
  }

  private int run(String... args) {
    CommandLine line = CliErrors.install(new CommandLine(new GenerateCommand(this::load)));
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<String> all = new ArrayList<>(List.of("--model", folder.toString()));
    Collections.addAll(all, args);
    return line.execute(all.toArray(String[]::new));
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private ImageGenerator load(Path model, PipelineOptions options) {
    assertThat(model).isEqualTo(folder);
    loads.add(options);
    return new SolidColorGenerator();
  }

  /** Fills images with one colour, the seed; fails if the prompt says so. */
  private final class SolidColorGenerator implements ImageGenerator {
    @Override
    public ModelInfo model() {
      return MODEL;
    }

    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      generations.add(params);
      switch (params.prompt()) {
        case "fail" -> throw new IllegalStateException("the generator failed");
        case "size" -> throw new UnsupportedSizeException("multiples of 32");
        default -> progress.onProgress(params.steps(), params.steps());
      }
      List<RgbImage> images = new ArrayList<>();
      for (int i = 0; i < params.count(); i++) {
        byte[] samples = new byte[params.width() * params.height() * 3];
        Arrays.fill(samples, (byte) params.seedOf(i));
        images.add(new RgbImage(params.width(), params.height(), samples));
      }
      return new GenerationResult(images, Map.of("denoise", Duration.ofMillis(1500)));
    }

    @Override
    public List<BatchResult> generateBatch(List<GenerationParams> batch, BatchControl control) {
      return batch.stream()
          .<BatchResult>map(params -> new BatchResult.Done(generate(params, control)))
          .toList();
    }

    @Override
    public void openAdapter(LoraWeight adapter) {}

    @Override
    public int maxBatchImages(BatchKey shape) {
      return 1;
    }

    @Override
    public void close() {}
  }
}
