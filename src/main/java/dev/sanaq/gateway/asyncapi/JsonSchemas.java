package dev.sanaq.gateway.asyncapi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schemas (2020-12) of what the program reads and writes, each complete by itself: those
 * of the {@linkplain AsyncApiDocument document}, with the schemas that they refer to below {@code
 * $defs}. Any number of threads.
 */
public final class JsonSchemas {
  /** The names of all schemas, as in their URLs. */
  public static final List<String> NAMES =
      List.of(
          "request",
          "request-cloud-event",
          "request-headers",
          "cancellation",
          "event-headers",
          "job-started",
          "job-progress",
          "job-completed",
          "job-failed",
          "job-cancelled",
          "worker-status",
          "dead-letter-headers",
          "result");

  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
  private static final String COMPONENTS = "#/components/schemas/";
  private static final String DEFINITIONS = "#/$defs/";

  private final Map<String, Object> components;

  public JsonSchemas(AsyncApiDocument document) {
    this.components =
        AsyncApiDocument.descend(document.content(), List.of("components", "schemas"));
  }

  /**
   * A schema.
   *
   * @param name one of {@link #NAMES}
   * @return empty if there is none of that name
   */
  public Optional<Map<String, Object>> find(String name) {
    if (!NAMES.contains(name)) {
      return Optional.empty();
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", DIALECT);
    schema.putAll(component(componentName(name)));
    Map<String, Object> definitions = definitions(schema);
    if (!definitions.isEmpty()) {
      schema.put("$defs", definitions);
    }
    return Optional.of(schema);
  }

  /** {@code job-started} is the component {@code JobStarted}. */
  private static String componentName(String name) {
    StringBuilder result = new StringBuilder();
    for (String word : name.split("-", -1)) {
      result.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
    }
    return result.toString();
  }

  /** All schemas that one refers to, directly or by others. */
  private Map<String, Object> definitions(Map<String, Object> schema) {
    Map<String, Object> found = new LinkedHashMap<>();
    Deque<String> pending = new ArrayDeque<>(references(schema));
    while (!pending.isEmpty()) {
      String name = pending.poll();
      if (!found.containsKey(name)) {
        Map<String, Object> definition = component(name);
        found.put(name, definition);
        pending.addAll(references(definition));
      }
    }
    return found;
  }

  private Map<String, Object> component(String name) {
    return rewriteMap(AsyncApiDocument.descend(components, List.of(name)));
  }

  /** A copy that refers to definitions. */
  private static Map<String, Object> rewriteMap(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), rewrite(value)));
    return copy;
  }

  private static @Nullable Object rewrite(@Nullable Object node) {
    if (node instanceof Map<?, ?> map) {
      return rewriteMap(map);
    }
    if (node instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(item -> copy.add(rewrite(item)));
      return copy;
    }
    return node instanceof String text && text.startsWith(COMPONENTS)
        ? DEFINITIONS + text.substring(COMPONENTS.length())
        : node;
  }

  private static Set<String> references(@Nullable Object node) {
    Set<String> names = new TreeSet<>();
    if (node instanceof Map<?, ?> map) {
      map.values().forEach(value -> names.addAll(references(value)));
    } else if (node instanceof List<?> list) {
      list.forEach(item -> names.addAll(references(item)));
    } else if (node instanceof String text && text.startsWith(DEFINITIONS)) {
      names.add(text.substring(DEFINITIONS.length()));
    }
    return names;
  }
}
