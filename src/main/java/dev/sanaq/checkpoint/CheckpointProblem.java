package dev.sanaq.checkpoint;

/**
 * One thing that is wrong with a checkpoint.
 *
 * @param file the file or folder it was found in
 * @param key the config's key or the tensor's name; empty where the file as a whole is meant
 * @param expected what should be there, in words
 * @param found what is there, in words
 */
public record CheckpointProblem(String file, String key, String expected, String found) {
  /** What of a name or a value a line shows. */
  private static final int MAX_SHOWN_CHARS = 500;

  /** One line: file, key, expected, found; without the control characters of a hostile file. */
  @Override
  public String toString() {
    String where = key.isEmpty() ? file : file + ": " + printable(key);
    return "%s: expected %s, found %s".formatted(where, printable(expected), printable(found));
  }

  private static String printable(String text) {
    String start =
        text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
