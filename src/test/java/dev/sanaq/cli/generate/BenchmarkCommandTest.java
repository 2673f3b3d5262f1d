package dev.sanaq.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.json.Json;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.sana.solver.StepCacheSchedule;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchmarkCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"fp32", "int8"})
  void benchmark_printsEveryStage_imageIsTheirSum(String precision) {
    assertThat(run("--precision", precision, "--steps", "7")).as(err.toString()).isZero();
    List<Map<String, Object>> lines = lines();
    assertThat(lines.stream().map(line -> line.get("stage")))
        .containsSubsequence(
            "start",
            "load",
            "text cold",
            "first image",
            "text",
            "prepare",
            "step",
            "decode",
            "encode",
            "image",
            "limit fp32",
            "limit int8",
            "limit copy");
    double parts =
        seconds("text")
            + seconds("prepare")
            + 7 * seconds("step")
            + seconds("decode")
            + seconds("encode");
    assertThat(seconds("image")).isCloseTo(parts, within(parts * 1e-3));
    assertThat(line("image"))
        .containsEntry("dtype", precision)
        .containsEntry("steps", 7)
        .containsEntry("height", 64);
    assertThat((Integer) line("image").get("peak_rss_mib")).isGreaterThan(50);
  }

  @Test
  void step_flopsMatchRateAndTime() {
    assertThat(run("--precision", "fp32")).as(err.toString()).isZero();
    double operations = number(line("step"), "gflops") * seconds("step") * 1e9;
    double share = number(line("step"), "gflops") / number(line("limit fp32"), "gflops");
    assertThat(operations).isPositive();
    assertThat(number(line("step"), "percent_of_limit"))
        .isCloseTo(100 * share, within(share * 0.2));
  }

  @Test
  void compare_folder_namesItAndTheReason() {
    assertThat(run("--compare", folder.toString())).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("error: %s: it is a folder%n".formatted(folder));
  }

  @Test
  void compare_addsRatios() throws IOException {
    Path other = folder.resolve("other.jsonl");
    Files.writeString(
        other, "{\"stage\": \"text\", \"seconds\": 1000}\n{\"stage\": \"odd\", \"seconds\": 1}\n");
    assertThat(run("--compare", other.toString())).as(err.toString()).isZero();
    assertThat(number(line("text"), "ratio"))
        .isCloseTo(1000 / seconds("text"), within(1000 / seconds("text") * 1e-3));
    assertThat(line("decode")).doesNotContainKey("ratio");
  }

  @Test
  void report_writesTableAndPlot() throws IOException {
    Path report = folder.resolve("results");
    assertThat(run("--precision", "fp32", "--sizes", "64,128", "--report", report.toString()))
        .as(err.toString())
        .isZero();
    assertThat(report.resolve("fp32-64x64.md"))
        .content()
        .contains("| stage |", "| step 128 x 128 |", "fp32-64x64.svg");
    assertThat(report.resolve("fp32-64x64.svg")).content().contains("<polyline", "128");
    assertThat(report.resolve("fp32-64x64.jsonl"))
        .content()
        .isEqualToIgnoringNewLines(out.toString());
  }

  @Test
  void tuneCache_writesPresets_thatGenerateTakes() throws IOException {
    Path model = folder.resolve("model");
    copy(Fixtures.path("tiny-sana/checkpoint"), model);
    Path prompts = Files.writeString(folder.resolve("prompts.txt"), "a fox\n\na hat\n");
    assertThat(
            run(
                "--model",
                model.toString(),
                "--precision",
                "fp32",
                "--tune-cache",
                "--prompts",
                prompts.toString(),
                "--images",
                "2",
                "--steps",
                "8"))
        .as(err.toString())
        .isZero();
    assertThat(lines().stream().map(line -> line.get("stage")))
        .containsExactly(
            "image, step cache none",
            "image, step cache slow",
            "image, step cache medium",
            "image, step cache fast",
            "image, step cache ultra");
    assertThat(line("image, step cache ultra")).containsEntry("evaluated_steps", 2);
    List<StepCacheSchedule> presets = Checkpoint.open(model).stepCaches();
    assertThat(presets)
        .extracting(preset -> preset.cachedSteps().size())
        .containsExactly(3, 4, 5, 6);
    for (int i = 0; i < presets.size(); i++) {
      assertThat(presets.get(i).isFor(StepCache.PRESETS.get(i + 1), SolverKind.FLOW_DPM, 8))
          .isTrue();
      assertThat(presets.get(i).distance()).isPositive();
    }
    double distance = number(line("image, step cache ultra"), "distance");
    assertThat(presets.get(3).distance()).isCloseTo(distance, within(1e-2));
    assertThat(generate(model, "ultra")).isNotEqualTo(generate(model, "none"));
  }

  private byte[] generate(Path model, String preset) throws IOException {
    Path file = folder.resolve(preset + ".png");
    String[] args =
        ("--model %s --variant= --precision fp32 --prompt fox --steps 8 --seed 1 --height 64"
                + " --width 64 --no-resolution-binning --step-cache %s --output %s")
            .formatted(model, preset, file)
            .split(" ");
    int code =
        new CommandLine(new GenerateCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(args);
    assertThat(code).as(err.toString()).isZero();
    return TestImages.read(file).samples();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  @Test
  void invalidOptions_areRejectedBeforeLoading() throws IOException {
    assertThat(run("--runs", "0")).isEqualTo(2);
    assertThat(run("--compare", "no-such-file")).isEqualTo(2);
    Path broken = Files.writeString(folder.resolve("broken.jsonl"), "{\"stage\": 1}\n");
    assertThat(run("--compare", broken.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("runs", "no-such-file", "broken.jsonl, line 1");
  }

  private int run(String... more) {
    List<String> args = new ArrayList<>();
    args.addAll(List.of("--model", Fixtures.path("tiny-sana/checkpoint").toString()));
    args.addAll(List.of("--variant", "", "--height", "64", "--width", "64", "--runs", "1"));
    args.addAll(List.of("--timed-steps", "1"));
    args.addAll(Arrays.asList(more));
    return new CommandLine(new BenchmarkCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .setOverwrittenOptionsAllowed(true)
        .execute(args.toArray(String[]::new));
  }

  private List<Map<String, Object>> lines() {
    return out.toString()
        .lines()
        .map(line -> Json.readObject(line.getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private Map<String, Object> line(String stage) {
    return lines().stream()
        .filter(line -> stage.equals(line.get("stage")))
        .findFirst()
        .orElseThrow();
  }

  private double seconds(String stage) {
    return number(line(stage), "seconds");
  }

  private static double number(Map<String, Object> line, String field) {
    return ((Number) line.getOrDefault(field, Double.NaN)).doubleValue();
  }
}
