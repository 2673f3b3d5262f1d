package dev.sanaq.image.encode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A text in a PNG file under a keyword: a {@code tEXt} chunk where Latin-1 has all its characters,
 * else an {@code iTXt} chunk in UTF-8 (W3C PNG, 11.3.3). Readers show both alike.
 *
 * @param type the chunk's name
 * @param data what is in it
 */
@SuppressWarnings("ArrayRecordComponent") // written once, compared nowhere
record PngTextChunk(String type, byte[] data) {
  private static final int MAX_KEYWORD_LENGTH = 79;

  /**
   * Makes the chunk.
   *
   * @param keyword 1 to 79 printable ASCII characters, no space at either end
   */
  static PngTextChunk of(String keyword, String text) {
    if (keyword.length() > MAX_KEYWORD_LENGTH || !keyword.matches("[!-~]([ -~]*[!-~])?")) {
      throw new IllegalArgumentException(keyword + " is no keyword of a PNG text");
    }
    // Neither holds a NUL, which ends what is before it.
    String said = text.replace("\0", "");
    boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(said);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes(keyword.getBytes(StandardCharsets.ISO_8859_1));
    data.write(0);
    if (latin) {
      data.writeBytes(said.getBytes(StandardCharsets.ISO_8859_1));
      return new PngTextChunk("tEXt", data.toByteArray());
    }
    // Not compressed, by no method, in no language, the keyword not translated.
    data.writeBytes(new byte[] {0, 0, 0, 0});
    data.writeBytes(said.getBytes(StandardCharsets.UTF_8));
    return new PngTextChunk("iTXt", data.toByteArray());
  }
}
