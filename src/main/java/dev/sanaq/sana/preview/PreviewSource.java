package dev.sanaq.sana.preview;

import java.util.List;

/**
 * The previews of a denoising step. They are computed when they are asked for, at most once; valid
 * until the call that handed out the source returns. The thread that runs the batch.
 */
@FunctionalInterface
public interface PreviewSource {
  /** Has no previews. */
  PreviewSource NONE = entry -> List.of();

  /**
   * The previews of an entry's images in the current pass; none if the model has no factors.
   *
   * @param entry index in the batch
   */
  List<Preview> of(int entry);
}
