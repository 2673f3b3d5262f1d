package dev.sanaq.job;

/**
 * An invalid field of a request.
 *
 * @param field its name, with dots for nested fields: {@code output.prefix}
 * @param found its value, shortened
 * @param allowed the allowed values
 */
public record FieldError(String field, String found, String allowed) {
  @Override
  public String toString() {
    return "%s: found %s, allowed: %s".formatted(field, found, allowed);
  }
}
