package dev.sanaq.sana;

import dev.sanaq.sana.text.Caption;

/**
 * One picture of a batch.
 *
 * @param entry the drawing it belongs to
 * @param index which of its pictures
 */
record Picture(BatchEntry entry, int index) {
  long seed() {
    return entry.drawing().seed() + index;
  }

  float guidanceScale() {
    return (float) entry.drawing().guidanceScale();
  }

  /** The caption under a guidance half. */
  Caption caption(int half) {
    return entry.captions().get(half);
  }
}
