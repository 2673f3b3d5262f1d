package dev.sanaq.cli.terminal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The program's arguments as they were typed. Where the locale is C or none, as in containers and
 * services, the JVM reads them as ASCII and puts U+FFFD for every other byte: a prompt in another
 * script would silently become another prompt. The system still has the bytes.
 */
public final class Utf8Arguments {
  private static final Path CMDLINE_FILE = Path.of("/proc/self/cmdline");
  private static final char REPLACEMENT_CHAR = '\uFFFD';

  private Utf8Arguments() {}

  /**
   * The arguments read as UTF-8 where the JVM could not read them, else as they are.
   *
   * @param read as the JVM gives them to {@code main}
   */
  public static String[] decode(String... read) {
    if (Arrays.stream(read).noneMatch(argument -> argument.indexOf(REPLACEMENT_CHAR) >= 0)) {
      return read;
    }
    try {
      return decode(Files.readAllBytes(CMDLINE_FILE), read);
    } catch (IOException e) {
      return read; // no such file on this system: what the JVM says is all there is
    }
  }

  /**
   * As {@link #decode(String...)}.
   *
   * @param commandLine the process's words, the JVM's own first, each with a zero byte after it
   */
  static String[] decode(byte[] commandLine, String... read) {
    List<byte[]> words = splitArguments(commandLine);
    int skipped = words.size() - read.length;
    if (skipped < 0) {
      return read;
    }
    String[] typed = read.clone();
    for (int i = 0; i < read.length; i++) {
      if (read[i].indexOf(REPLACEMENT_CHAR) >= 0) {
        typed[i] = decodeUtf8(words.get(skipped + i), read[i]);
      }
    }
    return typed;
  }

  private static List<byte[]> splitArguments(byte[] commandLine) {
    List<byte[]> words = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        words.add(Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    return words;
  }

  private static String decodeUtf8(byte[] word, String otherwise) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(word)).toString();
    } catch (CharacterCodingException e) {
      return otherwise; // of another encoding, which the locale does not name
    }
  }
}
