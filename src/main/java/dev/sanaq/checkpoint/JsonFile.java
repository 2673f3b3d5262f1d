package dev.sanaq.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.files.FileErrors;
import dev.sanaq.json.JsonErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the JSON files of checkpoints. Allows {@code -Infinity}, which published schedulers
 * contain; rejects repeated keys.
 */
public final class JsonFile {
  /** The largest published index, that of Gemma, is below 100 KB. */
  private static final long MAX_BYTES = 16 << 20;

  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @throws CheckpointException if it is missing, too large, not UTF-8, not JSON, or not an object
   */
  public static ObjectNode read(Path file) {
    return parse(file.toString(), readBytes(file));
  }

  /** As {@link #read}, from bytes; {@code file} is for messages. */
  public static ObjectNode parse(String file, ByteBuffer bytes) {
    JsonNode node;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      node = MAPPER.readTree(text);
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "", "JSON in UTF-8", "bytes that are not UTF-8");
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, "", "JSON without repeated keys", JsonErrors.describe(e));
    }
    if (!(node instanceof ObjectNode)) {
      throw new CheckpointException(file, "", "a JSON object", shortened(node));
    }
    return (ObjectNode) node;
  }

  /** A value shortened for a message. */
  public static String shortened(JsonNode node) {
    String text = node.toString();
    String value = text.length() <= 60 ? text : text.substring(0, 60) + "...";
    return value.isEmpty() ? "nothing" : value;
  }

  private static ByteBuffer readBytes(Path file) {
    ForeignFile.requireFile(file, "a file");
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new CheckpointException(
            file.toString(), "", "at most %s bytes".formatted(MAX_BYTES), size + " bytes");
      }
      byte[] bytes = Files.readAllBytes(file);
      Optional<String> foreign = ForeignFile.describe(bytes);
      if (foreign.isPresent()) {
        throw new CheckpointException(file.toString(), "", "a JSON object", foreign.get());
      }
      return ByteBuffer.wrap(bytes);
    } catch (IOException e) {
      throw new CheckpointException(file.toString(), "", "a readable file", FileErrors.reason(e));
    }
  }
}
