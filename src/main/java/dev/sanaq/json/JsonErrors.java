package dev.sanaq.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Words for what is wrong with a JSON text, without the parser's class and option names. */
public final class JsonErrors {
  /** Which of the parser's options would allow something, and which one forbids it. */
  private static final Pattern OPTION_NAMES =
      Pattern.compile("(: enable `[^`]*` to allow|,? from `[^`]*`|\\(CTRL-CHAR, code (\\d+)\\))");

  private static final Pattern FOUND = Pattern.compile("from (\\w+) value");

  private static final Map<String, String> FOUND_KINDS =
      Map.of(
          "array", "a list",
          "object", "an object",
          "string", "a text",
          "number", "a number",
          "boolean", "true or false");

  private JsonErrors() {}

  /** What is wrong, with field or line and column where they are known. */
  public static String describe(IOException e) {
    if (!(e instanceof JsonProcessingException json)) {
      return String.valueOf(e.getMessage());
    }
    if (json instanceof UnrecognizedPropertyException unknown) {
      return "unknown field " + path(unknown);
    }
    if (json instanceof MismatchedInputException mismatch) {
      return describeMismatch(mismatch);
    }
    if (json instanceof JsonEOFException) {
      return "a text that ends too early" + position(json);
    }
    String message = OPTION_NAMES.matcher(json.getOriginalMessage()).replaceAll("$2");
    return json instanceof StreamConstraintsException ? message : message + position(json);
  }

  /** The kind of a value, with its article. */
  public static String kind(@Nullable JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      default -> "null";
    };
  }

  private static String describeMismatch(MismatchedInputException e) {
    String field = path(e);
    if (field.isEmpty()) {
      return (e.getOriginalMessage().startsWith("Trailing token")
              ? "text after the end"
              : "%s instead of %s".formatted(found(e), kind(e.getTargetType())))
          + position(e);
    }
    return e.getOriginalMessage().startsWith("Missing")
        ? "field %s is missing".formatted(field)
        : "field %s must be %s%s".formatted(field, kind(e.getTargetType()), position(e));
  }

  private static String found(MismatchedInputException e) {
    // The parser is closed, and its token gone.
    Matcher from = FOUND.matcher(e.getOriginalMessage());
    return from.find()
        ? FOUND_KINDS.getOrDefault(from.group(1).toLowerCase(Locale.ROOT), "a value")
        : "a value";
  }

  private static String kind(@Nullable Class<?> type) {
    if (type == null || type == Object.class) {
      return "a value of its type";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
      return "a whole number";
    }
    if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
      return "a number";
    }
    if (type.isArray() || List.class.isAssignableFrom(type)) {
      return "a list";
    }
    return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object" : "a text";
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
        .collect(Collectors.joining("."))
        .replace(".[", "[");
  }

  private static String position(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null ? "" : " (line %s, column %s)".formatted(at.getLineNr(), at.getColumnNr());
  }
}
