package dev.sanaq.image.encode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A PNG text chunk: {@code tEXt} if the text fits into Latin-1, else {@code iTXt} in UTF-8 (W3C
 * PNG, 11.3.3). Readers show both in the same way.
 *
 * @param type of the chunk
 * @param data of the chunk
 */
@SuppressWarnings("ArrayRecordComponent") // written once, compared nowhere
record PngTextChunk(String type, byte[] data) {
  private static final int MAX_KEYWORD_LENGTH = 79;

  /**
   * Builds the chunk.
   *
   * @param keyword 1 to 79 printable ASCII characters, no space at either end
   */
  static PngTextChunk of(String keyword, String text) {
    // NUL is the separator, so the text must not contain one.
    String content = text.replace("\0", "");
    if (!StandardCharsets.ISO_8859_1.newEncoder().canEncode(content)) {
      return international(keyword, content);
    }
    ByteArrayOutputStream data = start(keyword);
    data.writeBytes(content.getBytes(StandardCharsets.ISO_8859_1));
    return new PngTextChunk("tEXt", data.toByteArray());
  }

  /** The same as {@code iTXt} whatever the text is; the text has no NUL. */
  static PngTextChunk international(String keyword, String text) {
    ByteArrayOutputStream data = start(keyword);
    // Not compressed; no compression method, language or translated keyword.
    data.writeBytes(new byte[] {0, 0, 0, 0});
    data.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return new PngTextChunk("iTXt", data.toByteArray());
  }

  private static ByteArrayOutputStream start(String keyword) {
    if (keyword.length() > MAX_KEYWORD_LENGTH || !keyword.matches("[!-~]([ -~]*[!-~])?")) {
      throw new IllegalArgumentException("invalid PNG keyword: " + keyword);
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes(keyword.getBytes(StandardCharsets.ISO_8859_1));
    data.write(0);
    return data;
  }
}
