package dev.sanaq.gateway;

import java.util.List;
import java.util.Map;

/** Reads objects of JSON that others wrote: what is missing, or of another kind, is empty. */
public final class JsonMaps {
  private JsonMaps() {}

  @SuppressWarnings("unchecked") // a JSON object's names are strings
  public static Map<String, Object> object(Map<String, Object> from, String name) {
    return from.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  public static List<?> list(Map<String, Object> from, String name) {
    return from.get(name) instanceof List<?> list ? list : List.of();
  }

  public static String string(Map<String, Object> from, String name) {
    return from.get(name) instanceof String text ? text : "";
  }

  /** The number, cut to the range; {@code otherwise} where there is none. */
  public static int clampedInt(Map<String, Object> from, String name, int otherwise, int most) {
    return from.get(name) instanceof Number number
        ? (int) Math.max(0, Math.min(most, number.doubleValue()))
        : otherwise;
  }
}
