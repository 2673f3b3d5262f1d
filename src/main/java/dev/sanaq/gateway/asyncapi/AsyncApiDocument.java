package dev.sanaq.gateway.asyncapi;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.representer.Representer;

/**
 * The contract of the topics, {@code META-INF/asyncapi.yaml}, with the names of the configured
 * topics and the configured limits of requests. Any number of threads.
 */
public final class AsyncApiDocument {
  private static final String FILE = "/META-INF/asyncapi.yaml";

  private final Map<String, Object> content;

  private AsyncApiDocument(Map<String, Object> content) {
    this.content = content;
  }

  /** The document as its file has it: with the configuration's defaults. */
  public static AsyncApiDocument ofDefaults() {
    return new AsyncApiDocument(read());
  }

  /** The document of a configuration. */
  public static AsyncApiDocument of(TopicsConfig topics, LimitsConfig limits) {
    AsyncApiDocument document = ofDefaults();
    document.setAddress("requests", topics.requests());
    document.setAddress("cancellations", topics.cancellations());
    document.setAddress("events", topics.events());
    document.setAddress("deadLetters", topics.deadLetters());
    document.setLimit(List.of("prompt", "maxLength"), limits.maxPromptLength());
    document.setLimit(List.of("negativePrompt", "maxLength"), limits.maxPromptLength());
    document.setLimit(List.of("width", "maximum"), limits.maxSide());
    document.setLimit(List.of("height", "maximum"), limits.maxSide());
    document.setLimit(List.of("steps", "maximum"), limits.maxSteps());
    document.setLimit(List.of("guidanceScale", "maximum"), whole(limits.maxGuidanceScale()));
    document.setLimit(List.of("count", "maximum"), limits.maxCount());
    document.setLimit(List.of("candidates", "maximum"), limits.maxCandidates());
    document.setLimit(List.of("draftSteps", "maximum"), limits.maxSteps());
    document.setLimit(List.of("output", "properties", "uploadUrls", "maxItems"), limits.maxCount());
    return document;
  }

  /** The document as maps, lists, strings and numbers; not to be changed. */
  public Map<String, Object> content() {
    return content;
  }

  /** The document as YAML. */
  public String toYaml() {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    return new Yaml(new SafeConstructor(new LoaderOptions()), new Representer(options), options)
        .dump(content);
  }

  private void setAddress(String channel, String topic) {
    descend(content, List.of("channels", channel)).put("address", topic);
  }

  private void setLimit(List<String> path, Number limit) {
    Map<String, Object> properties =
        descend(content, List.of("components", "schemas", "Request", "properties"));
    descend(properties, path.subList(0, path.size() - 1)).put(path.get(path.size() - 1), limit);
  }

  private static Number whole(double number) {
    return number == Math.rint(number) ? (Number) (long) number : (Number) number;
  }

  @SuppressWarnings("unchecked") // names are strings
  static Map<String, Object> descend(Map<String, Object> from, List<String> path) {
    Map<String, Object> found = from;
    for (String name : path) {
      found = (Map<String, Object>) Objects.requireNonNull(found.get(name), name);
    }
    return found;
  }

  private static Map<String, Object> read() {
    try (InputStream in = AsyncApiDocument.class.getResourceAsStream(FILE)) {
      String text =
          new String(Objects.requireNonNull(in, FILE).readAllBytes(), StandardCharsets.UTF_8);
      Map<String, Object> content = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
      return new LinkedHashMap<>(content);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(FILE), e);
    }
  }
}
