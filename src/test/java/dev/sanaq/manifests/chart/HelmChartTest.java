package dev.sanaq.manifests.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart's files, without Helm: {@link HelmChartIT} renders them. */
class HelmChartTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path VALUES = HelmChart.FOLDER.resolve("values.yaml");
  private static final Map<String, Object> DEFAULTS = Yaml.documents(VALUES).get(0);

  static Stream<Path> valueFiles() {
    return Stream.concat(Stream.of(VALUES), HelmChart.valueSets());
  }

  @Test
  void appVersion_isProgramsVersion() throws IOException {
    Map<String, Object> chart = Yaml.documents(HelmChart.FOLDER.resolve("Chart.yaml")).get(0);
    String pom = Files.readString(Path.of("pom.xml"));
    assertThat(pom)
        .containsPattern(
            "<artifactId>sanaq</artifactId>\\s*<version>%s(-SNAPSHOT)?</version>"
                .formatted(chart.get("appVersion")));
  }

  /** Alerts and dashboard have one copy; the chart has links, which Helm follows. */
  /** A chart can hold only files of its own: copy from k8s/components/monitoring what changes. */
  @Test
  void files_equalThoseOfKustomize() throws IOException {
    try (Stream<Path> files = Files.list(HelmChart.FOLDER.resolve("files"))) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(2);
      for (Path file : all) {
        assertThat(file)
            .hasSameTextualContentAs(
                Path.of("k8s/components/monitoring").resolve(file.getFileName()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("valueFiles")
  void values_areValid(Path file) throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema().toString());
    assertThat(schema.validate(MAPPER.valueToTree(Yaml.documents(file).get(0)))).isEmpty();
  }

  /**
   * A value that the schema does not know is refused, so the schema has to know all and no more.
   */
  @Test
  void schema_hasEveryValueAndNoOther() throws IOException {
    Set<String> inSchema = new TreeSet<>();
    collect(schema(), "", inSchema);
    inSchema.remove("global");
    Set<String> paths = new TreeSet<>();
    documented().keySet().forEach(path -> addWithFolders(path, paths));
    // Values that are documented as one, with the keys of their defaults.
    inSchema.removeIf(
        path -> documented().keySet().stream().anyMatch(key -> path.startsWith(key + ".")));
    assertThat(inSchema).isEqualTo(paths);
  }

  @Test
  void everyValue_hasComment() {
    Set<String> leaves = new TreeSet<>();
    collectLeaves(DEFAULTS, "", leaves);
    Set<String> documented = documented().keySet();
    assertThat(leaves)
        .allSatisfy(
            leaf ->
                assertThat(documented)
                    .anyMatch(key -> leaf.equals(key) || leaf.startsWith(key + ".")));
  }

  @Test
  void readme_hasTableOfValues() throws IOException {
    StringBuilder table = new StringBuilder("| value | default | what it is |\n|---|---|---|\n");
    for (Map.Entry<String, String> value : documented().entrySet()) {
      table.append(
          "| `%s` | `%s` | %s |\n"
              .formatted(value.getKey(), json(valueAt(value.getKey())), value.getValue()));
    }
    Path readme = HelmChart.FOLDER.resolve("README.md");
    String text = Files.readString(readme);
    String expected = text.replaceAll("(?s)\\| value \\| default.*", "") + table;
    Path generated = Path.of("target/chart-readme.md");
    Files.writeString(generated, expected);
    assertThat(text).as("values.yaml has changed: cp %s %s", generated, readme).isEqualTo(expected);
  }

  @Test
  void readme_namesEveryValueSet() throws IOException {
    String readme = Files.readString(HelmChart.FOLDER.resolve("README.md"));
    assertThat(HelmChart.valueSets()).hasSize(6);
    assertThat(HelmChart.valueSets())
        .allSatisfy(file -> assertThat(readme).contains("(ci/" + file.getFileName() + ")"));
  }

  /** Returns the comments {@code # --} of values.yaml by the path of their value. */
  private static Map<String, String> documented() {
    Map<String, String> documented = new LinkedHashMap<>();
    List<String> path = new ArrayList<>();
    String comment = "";
    for (String line : lines(VALUES)) {
      String content = line.strip();
      if (content.startsWith("# -- ")) {
        comment = content.substring("# -- ".length());
      } else if (content.matches("[A-Za-z]+:.*")) {
        int depth = (line.length() - line.stripLeading().length()) / 2;
        path.subList(Math.min(depth, path.size()), path.size()).clear();
        path.add(content.substring(0, content.indexOf(':')));
        if (!comment.isEmpty()) {
          documented.put(String.join(".", path), comment);
          comment = "";
        }
      }
    }
    return documented;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object valueAt(String path) {
    String[] keys = path.split("\\.", -1);
    String[] folders = Arrays.copyOf(keys, keys.length - 1);
    return Yaml.map(DEFAULTS, folders).get(keys[keys.length - 1]);
  }

  private static String json(@Nullable Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode schema() throws IOException {
    return MAPPER.readTree(HelmChart.FOLDER.resolve("values.schema.json").toFile());
  }

  private static void collect(JsonNode schema, String prefix, Set<String> paths) {
    schema
        .path("properties")
        .fields()
        .forEachRemaining(
            property -> {
              paths.add(prefix + property.getKey());
              collect(property.getValue(), prefix + property.getKey() + ".", paths);
            });
  }

  private static void collectLeaves(Map<String, Object> values, String prefix, Set<String> paths) {
    values.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            collectLeaves(Yaml.map(value), prefix + key + ".", paths);
          } else {
            paths.add(prefix + key);
          }
        });
  }

  private static void addWithFolders(String path, Set<String> paths) {
    List<String> keys = Arrays.stream(path.split("\\.", -1)).collect(Collectors.toList());
    for (int i = 1; i <= keys.size(); i++) {
      paths.add(String.join(".", keys.subList(0, i)));
    }
  }
}
