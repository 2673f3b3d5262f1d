package dev.sanaq.checkpoint.config;

/** The transformer's normalization of queries and keys. */
public enum QkNorm {
  /** None: Sana. */
  NONE,
  /** RMS norm over the whole width, before splitting into heads: SANA-1.5 and Sprint. */
  RMS_NORM_ACROSS_HEADS
}
