package dev.sanaq.checkpoint;

/**
 * One problem of a checkpoint.
 *
 * @param file the file or folder it was found in
 * @param key key of the config or name of the tensor; empty if it concerns the whole file
 * @param expected the expected value, in words
 * @param found the value found, in words
 */
public record CheckpointProblem(String file, String key, String expected, String found) {
  /** Longer names and values are cut. */
  private static final int MAX_SHOWN_CHARS = 500;

  /** One line of file, key, expected, found, without control characters of the file. */
  @Override
  public String toString() {
    String where = key.isEmpty() ? file : file + ": " + printable(key);
    return "%s: expected %s, found %s".formatted(where, printable(expected), printable(found));
  }

  private static String printable(String text) {
    String shown =
        text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
