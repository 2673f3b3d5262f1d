package dev.sanaq.worker.run;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
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
    return pipeline;
  }
}
