package dev.sanaq.train.eval;

import java.util.Map;

/** A measure of generated images. For one thread at a time. */
interface CaptionMeasure {
  /** Adds an image. */
  void add(GeneratedImage generated);

  /** The values by name, after at least one image. */
  Map<String, Object> result();
}
