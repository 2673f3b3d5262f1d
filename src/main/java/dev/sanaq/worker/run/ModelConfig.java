package dev.sanaq.worker.run;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.Optional;

/** The model that the worker loads. */
@ConfigMapping(prefix = "sanaq.model")
public interface ModelConfig {
  /** The checkpoint's folder; required for a worker. */
  Optional<Path> path();

  /** Where to download the folder from if it is missing: {@code s3://bucket/prefix}. */
  Optional<@Pattern(regexp = "s3://[^/]+/.*", message = "must be s3://bucket/prefix") String>
      source();

  /** Precision: auto, fp32, bf16, fp16, int8 or, on a GPU, fp8. */
  @WithDefault("auto")
  @Pattern(
      regexp = "auto|fp32|bf16|fp16|int8|fp8",
      message = "must be auto, fp32, bf16, fp16, int8 or fp8")
  String precision();

  /** Variant of the weight files, such as bf16. Default: the one that exists. */
  Optional<String> variant();

  /** Device: auto, cpu or cuda. */
  @WithDefault("auto")
  @Pattern(regexp = "auto|cpu|cuda", message = "must be auto, cpu or cuda")
  String device();

  /** Threads of a tensor operation; 0 for the number of physical cores. */
  @WithDefault("0")
  @Min(0)
  int threads();

  /**
   * Save memory: hold the text encoder's weights in memory one layer at a time, on the CPU, and
   * decode images above 1.5 megapixels in tiles.
   */
  @WithDefault("false")
  boolean lowMemory();

  /**
   * Folder of a CLIP model ({@code clip.pt}, {@code tokenizer.json}) that scores images, so that
   * requests may have candidates. It runs on the CPU.
   */
  Optional<Path> scorer();

  /**
   * Generate one step of the default size before the worker is ready; on a GPU of the other
   * published aspects too, for at most 15 s.
   */
  @WithDefault("true")
  boolean warmUp();
}
