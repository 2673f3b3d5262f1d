package dev.sanaq.sana;

/** What came of one drawing of a batch. */
public sealed interface BatchResult {
  /** Its images. */
  record Done(GenerationResult result) implements BatchResult {}

  /** It was not wanted any more. */
  record Cancelled() implements BatchResult {}

  /** It alone went wrong; the others of its batch did not. */
  record Failed(RuntimeException cause) implements BatchResult {}
}
