package dev.sanaq.checkpoint.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.ForeignFile;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.files.FileErrors;
import dev.sanaq.json.JsonErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Checks {@code tokenizer.json}: it has a vocabulary, and every id is within the embedding table.
 * Reads as a stream, since Gemma's file has 34 MB.
 */
final class TokenizerFileCheck {
  private static final long MAX_BYTES = 256L << 20;

  private final String file;
  private final int vocabSize;
  private long vocabEntries;

  private TokenizerFileCheck(String file, int vocabSize) {
    this.file = file;
    this.vocabSize = vocabSize;
  }

  /**
   * Checks the file.
   *
   * @return the number of vocabulary entries
   * @throws CheckpointException if it is missing, not JSON, or has an id outside the embedding
   *     table
   */
  static long check(Path path, int vocabSize) {
    String file = path.toString();
    ForeignFile.requireFile(path, "a file");
    Optional<String> foreign = ForeignFile.describe(path);
    if (foreign.isPresent()) {
      throw new CheckpointException(file, "", "JSON", foreign.get());
    }
    TokenizerFileCheck tokenizer = new TokenizerFileCheck(file, vocabSize);
    try {
      if (Files.size(path) > MAX_BYTES) {
        String what = "at most %s bytes".formatted(MAX_BYTES);
        throw new CheckpointException(file, "", what, Files.size(path) + " bytes");
      }
      try (JsonParser parser = JsonFile.MAPPER.createParser(path.toFile())) {
        tokenizer.read(parser);
      }
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, "", "JSON", JsonErrors.describe(e));
    } catch (IOException e) {
      throw new CheckpointException(file, "", "a readable file", FileErrors.reason(e));
    }
    if (tokenizer.vocabEntries == 0) {
      throw new CheckpointException(file, "model.vocab", "an object of ids", "none");
    }
    return tokenizer.vocabEntries;
  }

  private void read(JsonParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new CheckpointException(file, "", "a JSON object", JsonErrors.kind(first));
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("model") && value == JsonToken.START_OBJECT) {
        readModel(parser);
      } else if (key.equals("added_tokens") && value == JsonToken.START_ARRAY) {
        readAddedTokens(parser);
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new CheckpointException(file, "", "one JSON object", "more after it");
    }
  }

  private void readModel(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean vocabulary = parser.currentName().equals("vocab");
      JsonToken value = parser.nextToken();
      if (vocabulary && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String token = parser.currentName();
          parser.nextToken();
          checkId(parser, "model.vocab." + token);
          vocabEntries++;
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void readAddedTokens(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean id = parser.currentName().equals("id");
        parser.nextToken();
        if (id) {
          checkId(parser, "added_tokens.id");
        } else {
          parser.skipChildren();
        }
      }
    }
  }

  private void checkId(JsonParser parser, String key) throws IOException {
    boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
    String text = whole ? parser.getText() : "no whole number";
    boolean within = whole && text.length() <= 9 && Integer.parseInt(text) >= 0;
    if (!within || Integer.parseInt(text) >= vocabSize) {
      String what = "an id below the text encoder's vocab_size, %s".formatted(vocabSize);
      throw new CheckpointException(file, key, what, text);
    }
  }
}
