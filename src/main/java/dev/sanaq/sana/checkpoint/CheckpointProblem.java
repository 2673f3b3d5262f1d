package dev.sanaq.sana.checkpoint;

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
  private static final int SHOWN = 500;

  /** One line: file, key, expected, found; without the control characters of a hostile file. */
  @Override
  public String toString() {
    String where = key.isEmpty() ? file : file + ": " + shown(key);
    return "%s: expected %s, found %s".formatted(where, shown(expected), shown(found));
  }

  private static String shown(String text) {
    String start = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
