package dev.sanaq.worker;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.model.ModelDownloader;
import dev.sanaq.storage.model.ModelUri;
import dev.sanaq.worker.run.ImageGeneratorFactory;
import dev.sanaq.worker.run.ModelConfig;
import dev.sanaq.worker.safety.SafetyConfig;
import dev.sanaq.worker.safety.ShieldGemmaCheck;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/** Downloads, loads and warms up the configured model. */
@ApplicationScoped
class ModelLoader {
  private final ModelConfig config;
  private final StorageConfig storageConfig;
  private final SafetyConfig safetyConfig;
  private final ImageGeneratorFactory generatorFactory;

  ModelLoader(
      ModelConfig config,
      StorageConfig storageConfig,
      SafetyConfig safetyConfig,
      ImageGeneratorFactory generatorFactory) {
    this.config = config;
    this.storageConfig = storageConfig;
    this.safetyConfig = safetyConfig;
    this.generatorFactory = generatorFactory;
  }

  /**
   * Loads the model that checks prompts, if one is configured; blocks. Call it before {@link
   * #load}, which measures what memory is left.
   *
   * @return closed by the caller
   */
  Optional<ShieldGemmaCheck> loadPromptCheck() {
    return ShieldGemmaCheck.load(
        safetyConfig, config.device(), config.precision(), config.lowMemory());
  }

  /**
   * Loads the model; blocks.
   *
   * @return closed by the caller
   * @throws IllegalArgumentException if no model is configured
   */
  ImageGenerator load() {
    Path checkpoint = checkpoint();
    config.source().ifPresent(source -> download(source, checkpoint));
    ImageGenerator generator = generatorFactory.load(checkpoint);
    if (config.warmUp()) {
      ModelAdapter.warmUp(generator);
    }
    return generator;
  }

  /**
   * Checks what can be checked without loading.
   *
   * @throws IllegalArgumentException if no model is configured, or its folder is missing and there
   *     is no source to download it from, or ShieldGemma's or the scorer's folder is missing
   */
  void check() {
    ShieldGemmaCheck.requireFolder(safetyConfig);
    config
        .scorer()
        .filter(folder -> config.source().isEmpty() && !Files.isDirectory(folder))
        .ifPresent(
            folder -> {
              throw new IllegalArgumentException(
                  "sanaq.model.scorer is %s: there is no such folder; set it to a CLIP model's folder (clip.pt, tokenizer.json)"
                      .formatted(folder));
            });
    Path checkpoint = checkpoint();
    if (config.source().isEmpty() && !Files.isDirectory(checkpoint)) {
      throw new IllegalArgumentException(
          "sanaq.model.path is %s: there is no such folder; set it to a checkpoint's folder, or sanaq.model.source to download it from S3"
              .formatted(checkpoint));
    }
  }

  private Path checkpoint() {
    return config
        .path()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no model: set sanaq.model.path to a checkpoint's folder, or"
                        + " sanaq.worker.enabled=false for a gateway alone"));
  }

  private void download(String source, Path checkpoint) {
    try (S3Client s3 = S3ClientFactory.client(storageConfig)) {
      new ModelDownloader(s3, storageConfig.retryTimeout())
          .pull(ModelUri.parse(source), checkpoint);
    }
  }
}
