package dev.sanaq.kafka.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.Json;
import java.io.IOException;

/** Reads the job's id from invalid JSON, as far as the text can be parsed. */
final class TruncatedJsonIdReader {
  private TruncatedJsonIdReader() {}

  /** The value of the top-level field {@code id}; empty if there is none before the error. */
  static String find(byte[] text) {
    try (JsonParser parser = Json.factory().createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "";
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isId = parser.currentName().equals("id");
        JsonToken value = parser.nextToken();
        if (isId && value == JsonToken.VALUE_STRING) {
          return JobIds.isValid(parser.getText()) ? parser.getText() : "";
        }
        parser.skipChildren();
      }
      return "";
    } catch (IOException e) {
      // The error that made the record unreadable; the caller reports it.
      return "";
    }
  }
}
