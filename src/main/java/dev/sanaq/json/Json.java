package dev.sanaq.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Map;

/**
 * The one JSON mapper: strict in what it reads, so that no text of a stranger can cost more than
 * its length; times as ISO-8601, decimal numbers as they were written. Any number of threads.
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
          // What stood in a broken text is no business of a log or of an event.
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

  /** The factory, for those who read token by token. */
  public static JsonFactory factory() {
    return FACTORY;
  }

  /**
   * Reads an object into maps, lists, strings, numbers, booleans and nulls.
   *
   * @throws BadJsonException where the text is no JSON object, or breaks a limit
   */
  public static Map<String, Object> readObject(byte[] text) {
    try {
      Map<String, Object> object = MAPPER.readValue(text, OBJECT_TYPE);
      if (object == null) {
        throw new BadJsonException("null instead of an object");
      }
      return object;
    } catch (IOException e) {
      throw new BadJsonException(reason(e));
    }
  }

  /**
   * Reads a record.
   *
   * @throws BadJsonException where the text is not what the record holds
   */
  public static <T> T read(byte[] text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (IOException e) {
      throw new BadJsonException(reason(e));
    }
  }

  /**
   * Reads a record, every field of which must be known to it.
   *
   * @throws BadJsonException where the text is not what the record holds
   */
  public static <T> T readStrictly(byte[] text, Class<T> type) {
    try {
      return MAPPER
          .readerFor(type)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .without(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .readValue(text);
    } catch (IOException e) {
      throw new BadJsonException(reason(e));
    }
  }

  /** Writes a value on one line. */
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    if (!(e instanceof JsonProcessingException json)) {
      return String.valueOf(e.getMessage());
    }
    String where =
        json.getLocation() == null
            ? ""
            : " (line %d, column %d)"
                .formatted(json.getLocation().getLineNr(), json.getLocation().getColumnNr());
    return json.getOriginalMessage() + where;
  }
}
