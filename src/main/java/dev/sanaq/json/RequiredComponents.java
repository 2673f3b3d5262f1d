package dev.sanaq.json;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a record that was read from JSON must have and does not: a component without {@code
 * Nullable}. Jackson leaves it null, and the first use far from here would fail. Any number of
 * threads.
 */
final class RequiredComponents {
  private static final ClassValue<List<RecordComponent>> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected List<RecordComponent> computeValue(Class<?> type) {
          return type.isRecord() ? components(type) : List.of();
        }
      };

  private RequiredComponents() {}

  /**
   * Checks a record, or the records in an array or a collection, with all records in it.
   *
   * @param path how messages name the value; empty for the whole text
   * @throws BadJsonException if something is missing
   */
  static void check(@Nullable Object value, String path) {
    if (value == null) {
      throw new BadJsonException((path.isEmpty() ? "the value" : path) + " is missing or null");
    }
    if (value instanceof Object[] array) {
      check(Arrays.asList(array), path);
    } else if (value instanceof Collection<?> list) {
      list.forEach(each -> check(each, path + "[]"));
    } else {
      for (RecordComponent component : COMPONENTS.get(value.getClass())) {
        Object part = read(component, value);
        if (part != null || !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          check(part, path.isEmpty() ? component.getName() : path + "." + component.getName());
        }
      }
    }
  }

  private static List<RecordComponent> components(Class<?> type) {
    List<RecordComponent> components = List.of(type.getRecordComponents());
    components.forEach(component -> component.getAccessor().setAccessible(true));
    return components;
  }

  private static @Nullable Object read(RecordComponent component, Object from) {
    try {
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
