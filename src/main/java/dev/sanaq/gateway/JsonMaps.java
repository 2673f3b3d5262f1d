package dev.sanaq.gateway;

import java.util.List;
import java.util.Map;

/** Reads untrusted JSON objects: a missing value, or one of another type, is empty. */
public final class JsonMaps {
  private JsonMaps() {}

  /** The nested object. */
  @SuppressWarnings("unchecked") // a JSON object's names are strings
  public static Map<String, Object> object(Map<String, Object> from, String name) {
    return from.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /** The list. */
  public static List<?> list(Map<String, Object> from, String name) {
    return from.get(name) instanceof List<?> list ? list : List.of();
  }

  /** The text. */
  public static String string(Map<String, Object> from, String name) {
    return from.get(name) instanceof String text ? text : "";
  }

  /** The number, clamped to 0 to {@code max}; {@code otherwise} if there is none. */
  public static int clampedInt(Map<String, Object> from, String name, int otherwise, int max) {
    return from.get(name) instanceof Number number
        ? (int) Math.max(0, Math.min(max, number.doubleValue()))
        : otherwise;
  }
}
