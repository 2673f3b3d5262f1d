package dev.sanaq.cluster.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Custom resource definitions from the schemas in {@code src/test/resources/schemas}, for kinds
 * whose operators are not part of the cluster. A CustomResourceDefinition accepts only structural
 * schemas, so rules across fields ({@code oneOf}, {@code anyOf}) are left out.
 */
public final class CustomResources {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> COPIED =
      Set.of("type", "format", "enum", "required", "minimum", "maximum", "pattern");

  private CustomResources() {}

  /**
   * Returns a list of definitions as JSON.
   *
   * @param schemas the name of a file of schemas, such as {@code strimzi}
   */
  public static String definitions(String schemas) {
    ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "List");
    try (InputStream in =
        CustomResources.class.getResourceAsStream("/schemas/" + schemas + ".json")) {
      JsonNode file = JSON.readTree(Objects.requireNonNull(in, schemas));
      Iterator<Map.Entry<String, JsonNode>> kinds = file.get("kinds").fields();
      while (kinds.hasNext()) {
        Map.Entry<String, JsonNode> kind = kinds.next();
        String name = kind.getValue().asText().substring("#/$defs/".length());
        list.withArray("items").add(definition(kind.getKey(), file.get("$defs").get(name)));
      }
      return JSON.writeValueAsString(list);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode definition(String versionAndKind, JsonNode schema) {
    String group = versionAndKind.substring(0, versionAndKind.indexOf('/'));
    String version = versionAndKind.substring(group.length() + 1, versionAndKind.indexOf(' '));
    String kind = versionAndKind.substring(versionAndKind.indexOf(' ') + 1);
    String singular = kind.toLowerCase(Locale.ROOT);
    ObjectNode definition =
        JSON.createObjectNode()
            .put("apiVersion", "apiextensions.k8s.io/v1")
            .put("kind", "CustomResourceDefinition");
    definition.withObject("metadata").put("name", "%ss.%s".formatted(singular, group));
    ObjectNode spec = definition.withObject("spec").put("group", group).put("scope", "Namespaced");
    spec.withObject("names")
        .put("kind", kind)
        .put("singular", singular)
        .put("plural", singular + "s");
    ObjectNode served = spec.withArray("versions").addObject();
    served.put("name", version).put("served", true).put("storage", true);
    ObjectNode root = served.withObject("schema").withObject("openAPIV3Schema");
    root.put("type", "object");
    root.withObject("properties").set("spec", structural(schema.at("/properties/spec")));
    return definition;
  }

  private static ObjectNode structural(JsonNode schema) {
    ObjectNode result = JSON.createObjectNode();
    if (schema.has("anyOf") && !schema.has("type")) {
      return result.put("x-kubernetes-int-or-string", true);
    }
    COPIED.stream().filter(schema::has).forEach(field -> result.set(field, schema.get(field)));
    JsonNode properties = schema.path("properties");
    properties
        .fields()
        .forEachRemaining(
            field ->
                result.withObject("properties").set(field.getKey(), structural(field.getValue())));
    if (schema.has("items")) {
      result.set("items", structural(schema.get("items")));
    }
    if (schema.path("additionalProperties").isObject()) {
      result.set("additionalProperties", structural(schema.get("additionalProperties")));
    } else if (schema.path("type").asText().equals("object") && properties.isEmpty()) {
      result.put("x-kubernetes-preserve-unknown-fields", true);
    }
    return schema.has("type") ? result : result.put("x-kubernetes-preserve-unknown-fields", true);
  }
}
