package dev.sanaq.worker;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.model.ModelDownloader;
import dev.sanaq.storage.model.ModelUri;
import dev.sanaq.worker.run.ImageGeneratorFactory;
import dev.sanaq.worker.run.ModelConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.services.s3.S3Client;

/** Downloads, loads and warms up the configured model. */
@ApplicationScoped
class ModelLoader {
  private final ModelConfig config;
  private final StorageConfig storageConfig;
  private final ImageGeneratorFactory generatorFactory;

  ModelLoader(
      ModelConfig config, StorageConfig storageConfig, ImageGeneratorFactory generatorFactory) {
    this.config = config;
    this.storageConfig = storageConfig;
    this.generatorFactory = generatorFactory;
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
   *     is no source to download it from
   */
  void check() {
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
