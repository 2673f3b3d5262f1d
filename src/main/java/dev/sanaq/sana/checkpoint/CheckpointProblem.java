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
  /** One line: file, key, expected, found. */
  @Override
  public String toString() {
    String where = key.isEmpty() ? file : file + ": " + key;
    return "%s: expected %s, found %s".formatted(where, expected, found);
  }
}
