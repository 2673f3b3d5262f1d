package dev.sanaq.kafka.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.Json;
import java.io.IOException;

/** Looks for the job's id in a text that is no whole JSON object, as far as it can be read. */
final class TruncatedJsonIdReader {
  private TruncatedJsonIdReader() {}

  /** The value of the object's own field {@code id}; empty where none comes before the damage. */
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
      // The damage that made the text unreadable; the caller has told of it.
      return "";
    }
  }
}
