package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The environment variables of a container, as its pod defines them. */
final class PodEnvironment {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Za-z0-9_]+)\\)");

  private PodEnvironment() {}

  /**
   * Returns the variables of the container, without those of the image.
   *
   * @param address the pod's address
   * @throws MissingReferenceException if a Secret, a ConfigMap or an entry does not exist
   */
  static Map<String, String> of(
      JsonNode pod, JsonNode container, NamespaceData data, String address)
      throws MissingReferenceException {
    Map<String, String> environment = new TreeMap<>();
    for (JsonNode from : container.path("envFrom")) {
      boolean secret = from.has("secretRef");
      JsonNode reference = secret ? from.get("secretRef") : from.path("configMapRef");
      String name = reference.path("name").asText();
      Optional<Map<String, byte[]>> entries = secret ? data.secret(name) : data.configMap(name);
      if (entries.isEmpty() && !reference.path("optional").asBoolean()) {
        throw new MissingReferenceException(
            "%s \"%s\" not found".formatted(secret ? "secret" : "configmap", name));
      }
      entries.orElse(Map.of()).forEach((key, value) -> environment.put(key, text(value)));
    }
    for (JsonNode variable : container.path("env")) {
      String name = variable.path("name").asText();
      JsonNode from = variable.path("valueFrom");
      if (from.has("fieldRef")) {
        environment.put(name, field(pod, from.at("/fieldRef/fieldPath").asText(), address));
      } else if (from.has("secretKeyRef")) {
        entry(from.get("secretKeyRef"), data).ifPresent(value -> environment.put(name, value));
      } else {
        environment.put(name, expand(variable.path("value").asText(), environment));
      }
    }
    return environment;
  }

  /** Replaces {@code $(NAME)} by the variable's value; an unknown name stays as it is. */
  static String expand(String text, Map<String, String> environment) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(environment.getOrDefault(match.group(1), match.group())));
  }

  private static Optional<String> entry(JsonNode reference, NamespaceData data)
      throws MissingReferenceException {
    String secret = reference.path("name").asText();
    String key = reference.path("key").asText();
    byte[] value = data.secret(secret).orElse(Map.of()).get(key);
    if (value == null && !reference.path("optional").asBoolean()) {
      throw new MissingReferenceException("secret \"%s\" has no entry %s".formatted(secret, key));
    }
    return Optional.ofNullable(value).map(PodEnvironment::text);
  }

  private static String field(JsonNode pod, String path, String address) {
    return switch (path) {
      case "metadata.name" -> pod.at("/metadata/name").asText();
      case "metadata.namespace" -> pod.at("/metadata/namespace").asText();
      case "status.podIP" -> address;
      default -> throw new IllegalArgumentException("unknown fieldPath " + path);
    };
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}
