package dev.sanaq.checkpoint.config;

/** How the transformer normalises queries and keys. */
public enum QkNorm {
  /** Not at all: Sana. */
  NONE,
  /** RMS norm over the whole inner width, before the heads are split: SANA-1.5 and Sprint. */
  RMS_NORM_ACROSS_HEADS
}
