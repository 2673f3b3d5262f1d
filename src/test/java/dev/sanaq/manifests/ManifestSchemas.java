package dev.sanaq.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The schemas of all kinds in the manifests; an unknown field is an error. */
public final class ManifestSchemas {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, JsonSchema> byKind = new HashMap<>();

  public ManifestSchemas() {
    Stream.of("kubernetes", "keda", "strimzi", "prometheus-operator", "gateway-api")
        .forEach(this::load);
  }

  /** Returns the violations of an object; empty if it is valid. */
  public List<String> validate(Map<String, Object> object) {
    String kind = Yaml.string(object, "apiVersion") + " " + Yaml.string(object, "kind");
    JsonSchema schema = byKind.get(kind);
    if (schema == null) {
      return List.of("no schema for " + kind);
    }
    JsonNode node = MAPPER.valueToTree(object);
    return schema.validate(node).stream()
        .map(message -> "%s %s".formatted(ObjectReference.of(object), message))
        .toList();
  }

  private void load(String name) {
    try (InputStream in = ManifestSchemas.class.getResourceAsStream("/schemas/" + name + ".json")) {
      JsonNode file = MAPPER.readTree(Objects.requireNonNull(in, name));
      JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
      file.get("kinds")
          .fields()
          .forEachRemaining(
              kind -> {
                var schema = MAPPER.createObjectNode();
                schema.set("$ref", kind.getValue());
                schema.set("$defs", file.get("$defs"));
                byKind.put(kind.getKey(), factory.getSchema(schema));
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
