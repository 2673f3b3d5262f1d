package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.text.PromptEmbeds;

/**
 * One image of a batch.
 *
 * @param entry the drawing it belongs to
 * @param index which of its images
 */
record BatchImage(BatchEntry entry, int index) {
  long seed() {
    return entry.params().seed() + index;
  }

  float guidanceScale() {
    return (float) entry.params().guidanceScale();
  }

  /** The caption under a guidance half. */
  PromptEmbeds promptEmbeds(int half) {
    return entry.promptEmbeds().get(half);
  }
}
