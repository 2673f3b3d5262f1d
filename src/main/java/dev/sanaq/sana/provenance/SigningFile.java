package dev.sanaq.sana.provenance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PEM file that the operator names.
 *
 * @param setting the setting or option that names it, for messages
 */
public record SigningFile(String setting, Path path) {
  private static final long MAX_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** A block of the file. */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  record Block(String type, byte[] content) {}

  /**
   * The blocks of the file, in its order. Text between them is allowed, as openssl writes it.
   *
   * @throws IllegalArgumentException if the file cannot be read, or a block is not Base64
   */
  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(read());
    while (matcher.find()) {
      String type = matcher.group(1);
      try {
        blocks.add(new Block(type, Base64.getMimeDecoder().decode(matcher.group(2))));
      } catch (IllegalArgumentException e) {
        throw invalid("the block %s is not Base64".formatted(type), e);
      }
    }
    return blocks;
  }

  private String read() {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw invalid("the file is larger than 1 MiB: is it PEM?");
      }
      return Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw invalid("there is no such file", e);
    } catch (IOException e) {
      throw invalid("the file cannot be read: " + e.getMessage(), e);
    }
  }

  /** The error of a file that cannot be used, with its setting and path. */
  IllegalArgumentException invalid(String problem) {
    return invalid(problem, null);
  }

  IllegalArgumentException invalid(String problem, @Nullable Throwable cause) {
    return new IllegalArgumentException("%s is %s: %s".formatted(setting, path, problem), cause);
  }
}
