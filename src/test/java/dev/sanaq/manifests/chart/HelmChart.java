package dev.sanaq.manifests.chart;

import dev.sanaq.json.Json;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The Helm chart, rendered by the {@code helm} on the PATH. */
final class HelmChart {
  static final Path FOLDER = Path.of("deploy/helm/sanaq");

  private HelmChart() {}

  /** Returns the value sets in the chart's folder {@code ci}. */
  static Stream<Path> valueSets() {
    try (Stream<Path> files = Files.list(FOLDER.resolve("ci"))) {
      return files.sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Renders the release {@code sanaq} in the namespace {@code sanaq} with files of values. */
  static List<Map<String, Object>> render(List<Path> values) {
    Run run = template("sanaq", "sanaq", values);
    if (run.exitCode() != 0) {
      throw new IllegalArgumentException("helm template with %s: %s".formatted(values, run.text()));
    }
    return Yaml.documents(run.text());
  }

  /** Runs {@code helm template}. */
  static Run template(String release, String namespace, List<Path> values, String... options) {
    List<String> command = new ArrayList<>(List.of("template", release, "--namespace", namespace));
    command.addAll(List.of(options));
    return helm(command, values);
  }

  /** Runs {@code helm lint}; a warning is an error. */
  static Run lint(List<Path> values) {
    return helm(List.of("lint", "--strict"), values);
  }

  /** Writes values to a file in a folder. */
  static Path write(Path folder, String name, Map<String, Object> values) {
    try {
      return Files.write(folder.resolve(name + ".json"), Json.write(values));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Run helm(List<String> arguments, List<Path> values) {
    List<String> command = new ArrayList<>(List.of("helm"));
    command.addAll(arguments);
    // A helm that `go install` built assumes an old version.
    command.addAll(List.of("--kube-version", "1.30.0"));
    command.add(FOLDER.toString());
    values.forEach(file -> command.addAll(List.of("--values", file.toString())));
    try {
      Path errors = Files.createTempFile("helm", ".err");
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      String error = Files.readString(errors);
      Files.delete(errors);
      return new Run(exitCode, exitCode == 0 ? text : text + error);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * What a command did.
   *
   * @param exitCode its exit code
   * @param text its output; with its errors if it failed
   */
  record Run(int exitCode, String text) {}
}
