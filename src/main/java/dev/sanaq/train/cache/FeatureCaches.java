package dev.sanaq.train.cache;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.data.AspectBuckets;
import dev.sanaq.train.data.CaptionSampler;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.DatasetFingerprint;
import dev.sanaq.train.data.ScoredCaption;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.loop.TrainingProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntFunction;

/** Features that stay fixed while the transformer trains; computed once and stored in a folder. */
public record FeatureCaches(Path folder, DevicePlacement placement, TrainingProgress progress) {
  /**
   * The latents of a dataset.
   *
   * @param side side in pixels of a square image; other aspects have about as many pixels
   */
  public LatentCache latents(Dataset data, BaseModels models, int side) throws IOException {
    ImageCache images = new ImageCache(data);
    AspectBuckets buckets = AspectBuckets.of(side, models.autoencoderConfig().spatialCompression());
    return latents(
        latentKey(data, models, side),
        "latents",
        data.samples().size(),
        row -> {
          TrainingSample sample = data.samples().get(row);
          return images.planes(sample, sample.background(), images.size(sample, buckets));
        },
        models);
  }

  /**
   * The latents of images that are made from data.
   *
   * @param key over all that they depend on, with the autoencoder
   * @param stage name in progress messages
   * @param count number of images
   * @param images by number
   */
  public LatentCache latents(
      String key, String stage, int count, IntFunction<PlanarFloatImage> images, BaseModels models)
      throws IOException {
    try (AutoencoderDC autoencoder = models.loadAutoencoder(placement)) {
      return LatentCache.loadOrCompute(
          folder,
          key,
          count,
          images,
          autoencoder::encode,
          models.autoencoderConfig().scalingFactor(),
          done -> progress.onPreparation(stage, done, count));
    }
  }

  /** Cache key of the latents: data, size and autoencoder. */
  public static String latentKey(Dataset data, BaseModels models, int side) throws IOException {
    return new CacheKey()
        .with(DatasetFingerprint.of(data))
        .with(Integer.toString(side))
        .withFiles(models.autoencoder())
        .toHex();
  }

  /** The captions' prompt embeddings, with and without the complex human instruction. */
  public PromptEmbedsCache promptEmbeds(Dataset data, Checkpoint checkpoint) throws IOException {
    Set<String> texts = new LinkedHashSet<>();
    texts.add(CaptionSampler.EMPTY_CAPTION);
    for (TrainingSample sample : data.samples()) {
      sample.captions().stream().map(ScoredCaption::text).forEach(texts::add);
    }
    CacheKey key =
        new CacheKey()
            .withFiles(checkpoint.folder().resolve("text_encoder"))
            .withFiles(checkpoint.folder().resolve("tokenizer"));
    texts.forEach(key::with);
    return PromptEmbedsCache.of(
        folder,
        key.toHex(),
        texts,
        () -> TextEncoder.load(checkpoint, placement),
        done -> progress.onPreparation("captions", done, texts.size()));
  }
}
