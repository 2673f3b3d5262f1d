package dev.sanaq.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** The model. */
@ConfigMapping(prefix = "sanaq.model")
public interface ModelConfig {
  /** The checkpoint's folder; needed where pictures are drawn. */
  Optional<Path> path();

  /** Draw one step of the default size before the worker is ready. */
  @WithDefault("true")
  boolean warmUp();
}
