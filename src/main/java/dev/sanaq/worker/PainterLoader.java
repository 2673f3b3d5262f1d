package dev.sanaq.worker;

import dev.sanaq.sana.Painter;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;

/** Loads the model that the worker draws with: the one place that chooses the engine. */
@ApplicationScoped
public class PainterLoader {
  /**
   * Loads a checkpoint; takes as long as the disk does.
   *
   * @param checkpoint the checkpoint's folder
   */
  public Painter load(Path checkpoint) {
    // WIRED ON MERGE: return SanaPipeline.load(checkpoint, PipelineOptions...)
    throw new UnsupportedOperationException("no engine is built in to load " + checkpoint);
  }
}
