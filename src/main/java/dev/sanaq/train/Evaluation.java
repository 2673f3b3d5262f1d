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

/** Evaluates a checkpoint on held-out images: reconstruction and flow-matching loss. */
public final class Evaluation {
  private final Checkpoint checkpoint;
  private final DevicePlacement placement;
  private final TrainingProgress progress;
  private final int side;

  /** Opens a checkpoint for evaluation in fp32. */
  public Evaluation(Path model, DevicePlacement placement, TrainingProgress progress) {
    this.checkpoint = Checkpoint.open(model);
    this.placement = placement;
    this.progress = progress;
    this.side = checkpoint.defaultSize();
  }

  /**
   * Measures the reconstruction of images by the autoencoder.
   *
   * @param data held-out images; transparent ones are composited over their background
   * @return {@code psnr} in decibels and {@code ssim}, means over the images
   */
  public Map<String, Double> reconstruction(Path data) {
    Dataset dataset = readDataset(data);
    double psnr = 0;
    double ssim = 0;
    long done = 0;
    ImageCache images = new ImageCache(dataset);
    try (AutoencoderDC autoencoder = AutoencoderDC.load(checkpoint, placement)) {
      for (TrainingSample sample : dataset.samples()) {
        PlanarFloatImage original =
            images.planes(sample, sample.background(), new ImageSize(side, side));
        PlanarFloatImage reconstructed = encodeAndDecode(autoencoder, original);
        psnr += Psnr.of(original, reconstructed);
        ssim += Ssim.of(original, reconstructed);
        progress.onPreparation("reconstruct", ++done, dataset.samples().size());
      }
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("psnr", psnr / done);
    metrics.put("ssim", ssim / done);
    return metrics;
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
   * Measures the flow-matching loss by timestep, with the first caption of each image.
   *
   * @param data images with or without captions
   * @param cache folder for latents and prompt embeddings
   * @param seed seed of the noise
   * @return {@code loss0.1} to {@code loss0.9} and {@code lossMean}
   */
  public Map<String, Double> flowLoss(Path data, Path cache, long seed) throws IOException {
    Dataset dataset = readDataset(data);
    BaseModels models =
        new BaseModels(
            checkpoint.folder().resolve("vae"),
            checkpoint.folder().resolve("tokenizer"),
            new StartingPoint.FineTune(checkpoint));
    FeatureCaches caches = new FeatureCaches(cache, placement, progress);
    TransformerTask.TrainingData trainingData =
        new TransformerTask.TrainingData(
            dataset.samples(),
            caches.latents(dataset, models, side),
            new FrozenCaptions(caches.promptEmbeds(dataset, checkpoint)));
    TrainingConfig.TransformerPart part = TrainingConfig.read(TrainingConfig.EMOJI).transformer();
    try (TransformerTask task =
        new TransformerTask(part, seed, models.start(), trainingData, step -> {}, placement)) {
      return task.evaluate();
    }
  }

  private Dataset readDataset(Path data) {
    return Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
  }
}
