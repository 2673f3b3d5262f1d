package dev.sanaq.train;

import dev.sanaq.image.Planes;
import dev.sanaq.image.Size;
import dev.sanaq.sana.autoencoder.Autoencoder;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Value;
import dev.sanaq.train.data.DamageLimit;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.measure.Psnr;
import dev.sanaq.train.measure.Ssim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code train evaluate}: how well a checkpoint gives pictures back, predicts the flow, and draws
 * what captions say.
 */
public final class Evaluation {
  private final Checkpoint checkpoint;
  private final Placement placement;
  private final TrainingProgress progress;
  private final int side;

  /** An evaluation of a checkpoint, in fp32. */
  public Evaluation(Path model, Placement placement, TrainingProgress progress) {
    this.checkpoint = Checkpoint.open(model);
    this.placement = placement;
    this.progress = progress;
    this.side = checkpoint.defaultSize();
  }

  /**
   * Pictures through the autoencoder and back.
   *
   * @param data pictures that it has not learnt; transparent ones lie on their row's background
   * @return {@code psnr} in decibels and {@code ssim}, means over the pictures
   */
  public Map<String, Double> reconstruction(Path data) {
    Dataset rows = read(data);
    double psnr = 0;
    double ssim = 0;
    long done = 0;
    PictureStore pictures = new PictureStore(rows);
    try (Autoencoder autoencoder = Autoencoder.load(checkpoint, placement)) {
      for (Row row : rows.rows()) {
        Planes before = pictures.planes(row, row.background(), new Size(side, side));
        Planes after = backAndForth(autoencoder, before);
        psnr += Psnr.of(before, after);
        ssim += Ssim.of(before, after);
        progress.prepared("reconstruct", ++done, rows.rows().size());
      }
    }
    Map<String, Double> found = new LinkedHashMap<>();
    found.put("psnr", psnr / done);
    found.put("ssim", ssim / done);
    return found;
  }

  private static Planes backAndForth(Autoencoder autoencoder, Planes picture) {
    try (Value values = Value.floats(picture.values(), 1, 3, picture.height(), picture.width());
        Value latents = autoencoder.encode(values);
        Value decoded = autoencoder.decode(latents)) {
      return new Planes(picture.height(), picture.width(), decoded.toFloats());
    }
  }

  /**
   * The flow-matching loss by timestep, each row with its first caption.
   *
   * @param data pictures, with captions or without
   * @param cache a folder to keep latents and captions' embeddings in
   * @param seed of the noise
   * @return {@code loss0.1} to {@code loss0.9} and {@code lossMean}
   */
  public Map<String, Double> flow(Path data, Path cache, long seed) throws IOException {
    Dataset rows = read(data);
    Models models =
        new Models(
            checkpoint.folder().resolve("vae"),
            checkpoint.folder().resolve("tokenizer"),
            new StartingPoint.FineTuning(checkpoint));
    Caches caches = new Caches(cache, placement, progress);
    TransformerTask.Lessons lessons =
        new TransformerTask.Lessons(
            rows.rows(),
            caches.latents(rows, models, side),
            new FrozenCaptions(caches.features(rows, checkpoint)));
    Recipe.TransformerPart part = Recipe.read(Recipe.EMOJI).transformer();
    try (TransformerTask task =
        new TransformerTask(part, seed, models.start(), lessons, step -> {}, placement)) {
      return task.measure();
    }
  }

  private Dataset read(Path data) {
    return Dataset.read(data).readable(DamageLimit.DEFAULT, progress::note);
  }
}
