package dev.sanaq.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Map;

/**
 * The one JSON mapper. Parsing is strict and limited in nesting and number length, so that
 * untrusted input costs no more than its length; times are ISO 8601, decimal numbers are exact. Any
 * number of threads.
 */
public final class Json {
  private static final TypeReference<Map<String, Object>> OBJECT_TYPE = new TypeReference<>() {};

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxNumberLength(200)
                  .maxNameLength(1000)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Do not leak the input into logs or events.
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY)
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private Json() {}

  /** The factory, for streaming parsers. */
  public static JsonFactory factory() {
    return FACTORY;
  }

  /**
   * Reads an object into maps, lists, strings, numbers, booleans and nulls.
   *
   * @throws BadJsonException if the text is no JSON object, or exceeds a limit
   */
  public static Map<String, Object> readObject(byte[] text) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new BadJsonException("%s instead of a JSON object".formatted(JsonErrors.kind(first)));
      }
      return MAPPER.readValue(parser, OBJECT_TYPE);
    } catch (IOException e) {
      throw new BadJsonException(JsonErrors.describe(e));
    }
  }

  /**
   * Reads a value of a type; ignores unknown fields. Of records, what is not {@code Nullable} must
   * be there.
   *
   * @throws BadJsonException if the text does not match the type
   */
  public static <T> T read(byte[] text, Class<T> type) {
    try {
      T value = MAPPER.readValue(text, type);
      RequiredComponents.check(value, "");
      return value;
    } catch (IOException e) {
      throw new BadJsonException(JsonErrors.describe(e));
    }
  }

  /**
   * Reads a value of a type; rejects unknown and missing fields, and numbers that no double can
   * hold.
   *
   * @throws BadJsonException if the text does not match the type
   */
  public static <T> T readStrictly(byte[] text, Class<T> type) {
    try {
      requireFinite(MAPPER.readTree(text));
      return MAPPER
          .readerFor(type)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .without(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .readValue(text);
    } catch (IOException e) {
      throw new BadJsonException(JsonErrors.describe(e));
    }
  }

  // A number beyond the range of double would become infinity.
  private static void requireFinite(JsonNode node) {
    if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      throw new BadJsonException("the number %s is too large".formatted(node.asText()));
    }
    node.forEach(Json::requireFinite);
  }

  /** Writes a value as UTF-8 JSON on one line. */
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + JsonErrors.describe(e), e);
    }
  }
}
