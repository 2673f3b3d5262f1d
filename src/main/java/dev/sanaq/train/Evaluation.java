package dev.sanaq.train;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.cache.FeatureCaches;
import dev.sanaq.train.cache.ImageCache;
import dev.sanaq.train.config.StartingPoint;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.MaxCorruptShare;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.measure.Psnr;
import dev.sanaq.train.measure.Ssim;
import dev.sanaq.train.transformer.FrozenCaptions;
import dev.sanaq.train.transformer.TransformerTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code train evaluate}: how well a checkpoint gives images back, predicts the flow, and draws
 * what captions say.
 */
public final class Evaluation {
  private final Checkpoint checkpoint;
  private final DevicePlacement placement;
  private final TrainingProgress progress;
  private final int side;

  /** An evaluation of a checkpoint, in fp32. */
  public Evaluation(Path model, DevicePlacement placement, TrainingProgress progress) {
    this.checkpoint = Checkpoint.open(model);
    this.placement = placement;
    this.progress = progress;
    this.side = checkpoint.defaultSize();
  }

  /**
   * Images through the autoencoder and back.
   *
   * @param data images that it has not learnt; transparent ones lie on their row's background
   * @return {@code psnr} in decibels and {@code ssim}, means over the images
   */
  public Map<String, Double> reconstruction(Path data) {
    Dataset rows = readDataset(data);
    double psnr = 0;
    double ssim = 0;
    long done = 0;
    ImageCache images = new ImageCache(rows);
    try (AutoencoderDC autoencoder = AutoencoderDC.load(checkpoint, placement)) {
      for (TrainingSample row : rows.samples()) {
        PlanarFloatImage before = images.planes(row, row.background(), new ImageSize(side, side));
        PlanarFloatImage after = encodeAndDecode(autoencoder, before);
        psnr += Psnr.of(before, after);
        ssim += Ssim.of(before, after);
        progress.onPreparation("reconstruct", ++done, rows.samples().size());
      }
    }
    Map<String, Double> found = new LinkedHashMap<>();
    found.put("psnr", psnr / done);
    found.put("ssim", ssim / done);
    return found;
  }

  private static PlanarFloatImage encodeAndDecode(
      AutoencoderDC autoencoder, PlanarFloatImage image) {
    try (ScriptValue values =
            ScriptValue.floats(image.values(), 1, 3, image.height(), image.width());
        ScriptValue latents = autoencoder.encode(values);
        ScriptValue decoded = autoencoder.decode(latents)) {
      return new PlanarFloatImage(image.height(), image.width(), decoded.toFloats());
    }
  }

  /**
   * The flow-matching loss by timestep, each row with its first caption.
   *
   * @param data images, with captions or without
   * @param cache a folder to keep latents and captions' embeddings in
   * @param seed of the noise
   * @return {@code loss0.1} to {@code loss0.9} and {@code lossMean}
   */
  public Map<String, Double> flowLoss(Path data, Path cache, long seed) throws IOException {
    Dataset rows = readDataset(data);
    BaseModels models =
        new BaseModels(
            checkpoint.folder().resolve("vae"),
            checkpoint.folder().resolve("tokenizer"),
            new StartingPoint.FineTune(checkpoint));
    FeatureCaches caches = new FeatureCaches(cache, placement, progress);
    TransformerTask.TrainingData lessons =
        new TransformerTask.TrainingData(
            rows.samples(),
            caches.latents(rows, models, side),
            new FrozenCaptions(caches.promptEmbeds(rows, checkpoint)));
    TrainingConfig.TransformerPart part = TrainingConfig.read(TrainingConfig.EMOJI).transformer();
    try (TransformerTask task =
        new TransformerTask(part, seed, models.start(), lessons, step -> {}, placement)) {
      return task.evaluate();
    }
  }

  private Dataset readDataset(Path data) {
    return Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
  }
}
