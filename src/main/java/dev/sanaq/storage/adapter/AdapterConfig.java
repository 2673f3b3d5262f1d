package dev.sanaq.storage.adapter;

import dev.sanaq.job.OutputLocation;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** LoRA adapters that requests name by their URI on S3. */
@ConfigMapping(prefix = "sanaq.adapters")
public interface AdapterConfig {
  /**
   * Where they may be, each {@code s3://bucket/prefix/}; unset, a request names no adapter by URI.
   * Workers and gateways need the same value.
   */
  Optional<
          List<
              @Pattern(regexp = "s3://[^/]+(/.*)?", message = "must be s3://bucket/prefix/")
              String>>
      allowedPrefixes();

  /**
   * The folder that a worker keeps them in; the workers of one machine may share it. Default:
   * {@code sanaq-adapters} in the folder for temporary files.
   */
  Optional<Path> folder();

  /** The largest file, in bytes; a larger one fails the job that names it. */
  @WithDefault("536870912")
  @Min(1)
  long maxFileBytes();

  /**
   * How many bytes the folder holds; beyond that the least recently used files are deleted, except
   * those of jobs that run.
   */
  @WithDefault("1073741824")
  @Min(1)
  long maxFolderBytes();

  /** Downloads at the same time. */
  @WithDefault("4")
  @Min(1)
  int concurrency();

  /** The allowed prefixes as locations. */
  default List<OutputLocation> allowed() {
    return allowedPrefixes().orElse(List.of()).stream().map(AdapterPrefixes::parse).toList();
  }

  /** The folder, whether it is set or not. */
  default Path folderOrDefault() {
    return folder()
        .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir", ""), "sanaq-adapters"));
  }
}
