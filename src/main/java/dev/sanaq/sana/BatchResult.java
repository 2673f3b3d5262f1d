package dev.sanaq.sana;

/** The result of one entry of a batch. */
public sealed interface BatchResult {
  /** All of its images are generated. */
  record Done(GenerationResult result) implements BatchResult {}

  /** {@link BatchControl#shouldContinue} cancelled it. */
  record Cancelled() implements BatchResult {}

  /** It failed, without effect on the other entries. */
  record Failed(RuntimeException cause) implements BatchResult {}
}
