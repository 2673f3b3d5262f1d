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
 * Decodes command-line arguments as UTF-8 whatever the locale. In the C locale, as in containers
 * and services, the JVM decodes arguments as ASCII and replaces every other byte by U+FFFD, which
 * would silently change a prompt. The kernel still has the original bytes.
 */
public final class Utf8Arguments {
  private static final Path CMDLINE_FILE = Path.of("/proc/self/cmdline");
  private static final char REPLACEMENT_CHAR = '\uFFFD';

  private Utf8Arguments() {}

  /**
   * Decodes as UTF-8 the arguments that the JVM could not decode; the others are unchanged.
   *
   * @param read the arguments as the JVM passes them to {@code main}
   */
  public static String[] decode(String... read) {
    if (Arrays.stream(read).noneMatch(argument -> argument.indexOf(REPLACEMENT_CHAR) >= 0)) {
      return read;
    }
    try {
      return decode(Files.readAllBytes(CMDLINE_FILE), read);
    } catch (IOException e) {
      return read; // no such file on this system
    }
  }

  /**
   * As {@link #decode(String...)}.
   *
   * @param commandLine the arguments of the process, the JVM's own first, each followed by a zero
   *     byte
   */
  static String[] decode(byte[] commandLine, String... read) {
    List<byte[]> raw = splitArguments(commandLine);
    int skipped = raw.size() - read.length;
    if (skipped < 0) {
      return read;
    }
    String[] decoded = read.clone();
    for (int i = 0; i < read.length; i++) {
      if (read[i].indexOf(REPLACEMENT_CHAR) >= 0) {
        decoded[i] = decodeUtf8(raw.get(skipped + i), read[i]);
      }
    }
    return decoded;
  }

  private static List<byte[]> splitArguments(byte[] commandLine) {
    List<byte[]> arguments = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        arguments.add(Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    return arguments;
  }

  private static String decodeUtf8(byte[] argument, String fallback) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(argument)).toString();
    } catch (CharacterCodingException e) {
      return fallback; // neither ASCII nor UTF-8
    }
  }
}
