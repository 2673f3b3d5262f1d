package dev.sanaq.worker.run;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** The model. */
@ConfigMapping(prefix = "sanaq.model")
public interface ModelConfig {
  /** The checkpoint's folder; needed where images are drawn. */
  Optional<Path> path();

  /**
   * Where on the storage the folder comes from where it is not there: {@code s3://bucket/prefix}.
   */
  Optional<String> source();

  /** What to compute in: auto, fp32, bf16, fp16 or, on a CPU, int8. */
  @WithDefault("auto")
  String precision();

  /** The weight files' variant, such as bf16; without it the one that is there. */
  Optional<String> variant();

  /** Where to run: auto, cpu or cuda. */
  @WithDefault("auto")
  String device();

  /** Threads an operator uses; 0 for the physical cores. */
  @WithDefault("0")
  int threads();

  /**
   * Hold the text encoder's weights in memory a layer at a time, on the processor, and decode in
   * tiles from above 1.5 megapixels.
   */
  @WithDefault("false")
  boolean lowMemory();

  /** Draw one step of the default size before the worker is ready. */
  @WithDefault("true")
  boolean warmUp();
}
