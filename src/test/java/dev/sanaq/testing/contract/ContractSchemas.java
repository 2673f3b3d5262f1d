package dev.sanaq.testing.contract;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sanaq.gateway.asyncapi.AsyncApiDocument;
import dev.sanaq.gateway.asyncapi.JsonSchemas;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The published JSON Schemas for tests: every object that lists its fields is closed, so that a
 * field that the program writes and the schema does not have is a violation. Thread-safe.
 */
public final class ContractSchemas {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final Map<String, JsonSchema> byName = new TreeMap<>();

  private ContractSchemas(AsyncApiDocument document) {
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    JsonSchemas schemas = new JsonSchemas(document);
    for (String name : JsonSchemas.NAMES) {
      JsonNode schema = MAPPER.valueToTree(schemas.find(name).orElseThrow());
      close(schema);
      byName.put(name, factory.getSchema(schema));
    }
  }

  /** The schemas with the default limits. */
  public static ContractSchemas ofDefaults() {
    return new ContractSchemas(AsyncApiDocument.ofDefaults());
  }

  /** What a JSON text breaks of a schema; empty if it is valid. */
  public List<String> validate(String name, byte[] json) {
    try {
      return validate(name, MAPPER.readTree(json));
    } catch (IOException e) {
      return List.of("no JSON: " + e.getMessage());
    }
  }

  /** What a value of maps, lists and so on breaks of a schema. */
  public List<String> validateValue(String name, Object value) {
    return validate(name, MAPPER.<JsonNode>valueToTree(value));
  }

  private List<String> validate(String name, JsonNode value) {
    JsonSchema schema = byName.get(name);
    if (schema == null) {
      return List.of("no schema " + name);
    }
    return schema.validate(value).stream().map(Object::toString).toList();
  }

  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object
        && object.path("properties").isObject()
        && object.path("type").toString().contains("\"object\"")
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    schema.forEach(ContractSchemas::close);
  }
}
