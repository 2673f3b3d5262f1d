package dev.sanaq.job;

/**
 * A field of a request that breaks its rule.
 *
 * @param field its name, nested ones with dots: {@code output.prefix}
 * @param found what it holds, shortened
 * @param allowed what it may hold
 */
public record FieldError(String field, String found, String allowed) {
  @Override
  public String toString() {
    return "%s: found %s, allowed: %s".formatted(field, found, allowed);
  }
}
