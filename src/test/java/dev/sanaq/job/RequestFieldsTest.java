package dev.sanaq.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.input.InputSource;
import dev.sanaq.job.input.JobInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Holds every other list of the contract's fields to {@link RequestFields}. */
class RequestFieldsTest {
  private static final Path JAVA = Path.of("src/main/java/dev/sanaq");

  /** The submit command takes these only in a JSON file: they are lists, objects or rarely set. */
  private static final List<String> NOT_CLI_OPTIONS =
      List.of(
          "image",
          "mask",
          "strength",
          "composite",
          "control",
          "controlScale",
          "controlnet",
          "controlInterval",
          "controlPreprocessor",
          "pag",
          "model",
          "adapters",
          "deadline",
          "priority",
          "callbackUrl",
          "output",
          "metadata");

  /** The form sets these itself or does not offer them, so another attempt does not copy them. */
  private static final List<String> NOT_IN_PLAYGROUND =
      List.of(
          "id",
          "control",
          "controlScale",
          "controlnet",
          "controlInterval",
          "controlPreprocessor",
          "pag",
          "quality",
          "model",
          "adapters",
          "candidates",
          "draftSteps",
          "deadline",
          "priority",
          "previews",
          "callbackUrl",
          "output",
          "metadata");

  /** Fields without a counterpart in OpenAI's API and without a value there. */
  private static final List<String> NOT_IN_OPENAI =
      List.of(
          "id",
          "image",
          "mask",
          "strength",
          "composite",
          "control",
          "controlScale",
          "controlnet",
          "controlInterval",
          "controlPreprocessor",
          "pag",
          "guidanceInterval",
          "stepCache",
          "solver",
          "resolutionBinning",
          "adapters",
          "candidates",
          "draftSteps",
          "deadline",
          "priority",
          "callbackUrl",
          "output",
          "metadata");

  /** Not needed to generate one image again: who asked, where it went, and how it was encoded. */
  private static final List<String> NOT_IN_IMAGE_METADATA =
      List.of(
          "id",
          "image",
          "mask",
          "strength",
          "composite",
          "control",
          "controlScale",
          "controlnet",
          "controlInterval",
          "controlPreprocessor",
          "pag",
          "count",
          "format",
          "quality",
          "candidates",
          "draftSteps",
          "deadline",
          "priority",
          "previews",
          "callbackUrl",
          "output",
          "metadata");

  @Test
  void asRequest_ofJobWithEveryField_writesEveryField() {
    Map<String, Object> request = job().asRequest();
    assertThat(request).containsOnlyKeys(RequestFields.ALL);
    assertThat(map(request.get("output"))).containsOnlyKeys(RequestFields.OF_OUTPUT);
    assertThat(request.toString()).doesNotContain("secret");
    List<?> adapters = (List<?>) Objects.requireNonNull(request.get("adapters"));
    assertThat(map(request.get("pag"))).containsOnlyKeys(RequestFields.OF_PAG);
    assertThat(map(request.get("controlPreprocessor")))
        .containsOnlyKeys(RequestFields.OF_PREPROCESSOR);
    assertThat(map(adapters.get(0))).containsOnlyKeys("name", "scale", "sha256");
    assertThat(map(adapters.get(1))).containsOnlyKeys("uri", "scale", "sha256");
    assertThat(RequestFields.OF_ADAPTER).containsExactly("name", "uri", "scale", "sha256");
  }

  @Test
  void openApiDescription_hasEveryField() throws IOException {
    Map<?, ?> api =
        new Yaml().load(Files.readString(Path.of("src/main/resources/META-INF/openapi.yaml")));
    Map<?, ?> request =
        map(map(map(api.get("components")).get("schemas")).get("GenerationRequest"));
    Map<?, ?> properties = map(request.get("properties"));
    assertThat(names(properties)).containsExactlyElementsOf(RequestFields.ALL);
    assertThat(names(map(map(properties.get("output")).get("properties"))))
        .containsExactlyElementsOf(RequestFields.OF_OUTPUT);
    Map<?, ?> adapter = map(map(properties.get("adapters")).get("items"));
    assertThat(names(map(adapter.get("properties"))))
        .containsExactlyElementsOf(RequestFields.OF_ADAPTER);
  }

  @Test
  void documentation_hasEveryField() throws IOException {
    String page = Files.readString(Path.of("src/docs/contract.md"));
    List<String> rows =
        section(page, "## Requests", "\n## ")
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|")[1])
            .toList();
    List<String> names = find(String.join("", rows), "`([\\w.]+)`");
    assertThat(names.stream().map(name -> name.replaceFirst("\\..*", "")).distinct())
        .containsExactlyElementsOf(RequestFields.ALL);
    assertThat(names.stream().filter(name -> name.startsWith("output.")))
        .containsExactlyElementsOf(
            RequestFields.OF_OUTPUT.stream().map(name -> "output." + name).toList());
  }

  @Test
  void submitCommand_hasAnOptionForEveryField() throws IOException {
    List<String> options =
        find(Files.readString(JAVA.resolve("cli/kafka/RequestOptions.java")), "put\\(\"(\\w+)\"");
    // An alias sets the same field as its option.
    assertThat(options.stream().distinct()).containsExactlyElementsOf(allBut(NOT_CLI_OPTIONS));
  }

  @Test
  void playgroundCard_copiesEveryField() throws IOException {
    Path card = Path.of("src/main/resources/META-INF/resources/playground/jobs/card.js");
    String script = Files.readString(card);
    assertThat(find(section(script, "const GENERATION_FIELDS", "];"), "\"(\\w+)\""))
        .containsExactlyElementsOf(allBut(NOT_IN_PLAYGROUND));
  }

  @Test
  void openAiRequest_mapsEveryField() throws IOException {
    String source = Files.readString(JAVA.resolve("gateway/openai/OpenAiRequest.java"));
    List<String> names =
        new ArrayList<>(find(section(source, "FIELD_NAMES =", ";"), "\"\\w+\", \"(\\w+)\""));
    names.addAll(find(source, "fields\\.put\\(\"(\\w+)\""));
    assertThat(names).containsExactlyInAnyOrderElementsOf(allBut(NOT_IN_OPENAI));
  }

  @Test
  void imageMetadata_hasEveryFieldOfOneImage() throws IOException {
    List<String> names =
        new ArrayList<>(
            find(
                Files.readString(JAVA.resolve("sana/ImageMetadata.java")),
                "request\\.put\\(\"(\\w+)\""));
    // No request can leave the instruction out, or have input images that the file does not hold;
    // the file of an image generated so says it.
    names.remove("instruction");
    names.remove("conditioning");
    assertThat(names).containsExactlyElementsOf(allBut(NOT_IN_IMAGE_METADATA));
  }

  private static Job job() {
    return new Job(
        "id",
        "f",
        "p",
        "n",
        8,
        4,
        2,
        1,
        List.of(0.2, 0.8),
        "fast",
        7,
        1,
        "flow-dpm",
        "webp",
        90,
        true,
        "m",
        List.of(
            JobAdapter.named("style", 1, "a".repeat(64)),
            JobAdapter.at("s3://b/style.safetensors", 1, "a".repeat(64))),
        Instant.EPOCH,
        Priority.LOW,
        true,
        "https://example.com/done",
        new OutputLocation("sanaq", "p/"),
        List.of("https://example.com/put"),
        Map.of("k", "v"),
        new JobInputs(
            Optional.of(new InputSource.Stored("b", "k")),
            Optional.of(new InputSource.Url("https://example.com/mask.png?secret")),
            0.5,
            false,
            Optional.of(
                new JobInputs.Control(
                    new InputSource.Data("image/png", new byte[3]),
                    "edges",
                    0.8,
                    List.of(0.0, 0.5),
                    Optional.of(new JobInputs.Preprocessor("canny", 50, 100, 1)))),
            Optional.of(new JobInputs.Pag(2, 0, List.of(1))),
            Map.of(),
            false),
        4,
        1);
  }

  private static List<String> allBut(List<String> exceptions) {
    assertThat(RequestFields.ALL).containsAll(exceptions);
    return RequestFields.ALL.stream().filter(name -> !exceptions.contains(name)).toList();
  }

  private static String section(String text, String start, String end) {
    assertThat(text).contains(start);
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf(end, from));
  }

  private static List<String> find(String text, String regex) {
    Stream<MatchResult> matches = Pattern.compile(regex).matcher(text).results();
    return matches.map(match -> match.group(1)).toList();
  }

  private static List<String> names(Map<?, ?> map) {
    return map.keySet().stream().map(String::valueOf).toList();
  }

  @SuppressWarnings("unchecked") // names are strings
  private static Map<String, Object> map(@Nullable Object value) {
    return (Map<String, Object>) Objects.requireNonNull(value);
  }
}
