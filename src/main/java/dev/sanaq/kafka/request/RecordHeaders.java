package dev.sanaq.kafka.request;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;

/** A record's headers as text; names are case-insensitive, and the last value of a name counts. */
final class RecordHeaders {
  private final org.apache.kafka.common.header.Headers headers;

  private RecordHeaders(org.apache.kafka.common.header.Headers headers) {
    this.headers = headers;
  }

  static RecordHeaders of(org.apache.kafka.common.header.Headers headers) {
    return new RecordHeaders(headers);
  }

  boolean has(String name) {
    return !text(name).isEmpty();
  }

  /** The header's value; empty if there is none. */
  String text(String name) {
    String found = "";
    for (Header header : headers) {
      if (header.key().equalsIgnoreCase(name) && header.value() != null) {
        found = new String(header.value(), StandardCharsets.UTF_8);
      }
    }
    return found;
  }
}
