package dev.sanaq.train;

import dev.sanaq.sana.autoencoder.Autoencoder;
import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.torch.Placement;
import dev.sanaq.train.data.Buckets;
import dev.sanaq.train.data.CaptionChoice;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.data.ScoredCaption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** What does not change while the transformer learns: computed once, kept in a folder. */
record Caches(Path folder, Placement placement, TrainingProgress progress) {
  /**
   * The data's latents.
   *
   * @param side of the pictures in pixels
   */
  LatentStore latents(Dataset data, Models models, int side) throws IOException {
    AutoencoderConfig config = models.autoencoderConfig();
    int rows = data.rows().size();
    try (Autoencoder autoencoder = models.loadAutoencoder(placement)) {
      return LatentStore.of(
          folder,
          latentKey(data, models, side),
          data,
          Buckets.of(side, config.spatialCompression()),
          autoencoder::encode,
          config.scalingFactor(),
          done -> progress.prepared("latents", done, rows));
    }
  }

  static String latentKey(Dataset data, Models models, int side) throws IOException {
    return new CacheKey()
        .with(data.fingerprint())
        .with(Integer.toString(side))
        .withFiles(models.autoencoder())
        .text();
  }

  /** The captions' embeddings by a checkpoint's text encoder, with and without the instruction. */
  TextFeatures features(Dataset data, Checkpoint checkpoint) throws IOException {
    Set<String> texts = new LinkedHashSet<>();
    texts.add(CaptionChoice.DROPPED);
    for (Row row : data.rows()) {
      row.captions().stream().map(ScoredCaption::text).forEach(texts::add);
    }
    CacheKey key =
        new CacheKey()
            .withFiles(checkpoint.folder().resolve("text_encoder"))
            .withFiles(checkpoint.folder().resolve("tokenizer"));
    texts.forEach(key::with);
    return TextFeatures.of(
        folder,
        key.text(),
        texts,
        () -> TextEncoder.load(checkpoint, placement),
        done -> progress.prepared("captions", done, texts.size()));
  }
}
