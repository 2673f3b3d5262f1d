package dev.sanaq.worker.run;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.score.ClipModel;
import dev.sanaq.sana.score.SelectingGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Loads the worker's model: the only place that chooses the engine. */
@ApplicationScoped
public class ImageGeneratorFactory {
  private static final Logger LOG = Logger.getLogger(ImageGeneratorFactory.class);

  @Inject ModelConfig config;

  /**
   * Loads a checkpoint; blocks for as long as the disk takes.
   *
   * @param checkpoint the checkpoint's folder
   */
  public ImageGenerator load(Path checkpoint) {
    PipelineOptions options =
        new PipelineOptions(
            config.precision(),
            config.variant().orElse(""),
            config.threads(),
            config.device(),
            List.of(),
            config.lowMemory());
    SanaPipeline pipeline = SanaPipeline.load(checkpoint, options);
    LOG.infof("loaded %s", pipeline.description());
    for (LoraInfo adapter : pipeline.model().adapters()) {
      if (!adapter.isUsable()) {
        LOG.warnf("adapter %s cannot be used: %s", adapter.name(), adapter.problem());
      }
    }
    Optional<Path> scorer = config.scorer();
    return scorer.isPresent() ? withScorer(pipeline, scorer.get()) : pipeline;
  }

  private static ImageGenerator withScorer(SanaPipeline pipeline, Path folder) {
    try {
      ImageGenerator selecting = new SelectingGenerator(pipeline, ClipModel.open(folder));
      LOG.infof("images are selected among candidates by the CLIP model of %s", folder);
      return selecting;
    } catch (RuntimeException e) {
      pipeline.close();
      throw new IllegalArgumentException("sanaq.model.scorer: " + e.getMessage(), e);
    }
  }
}
