package dev.sanaq.sana;

/** What came of one drawing of a batch. */
public sealed interface BatchResult {
  /** Its pictures. */
  record Done(Drawn drawn) implements BatchResult {}

  /** It was not wanted any more. */
  record Dropped() implements BatchResult {}

  /** It alone went wrong; the others of its batch did not. */
  record Failed(RuntimeException cause) implements BatchResult {}
}
