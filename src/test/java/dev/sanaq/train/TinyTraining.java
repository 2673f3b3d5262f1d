package dev.sanaq.train;

import dev.sanaq.image.PngEncoder;
import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.Torch;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A whole training in seconds: a few noisy pictures, networks of a few channels, nine steps. */
final class TinyTraining {
  private static final int PICTURES = 6;
  private static final int SIDE = 32;

  private final Path data;

  private TinyTraining(Path data) {
    this.data = data;
  }

  /** Writes the pictures and their list. */
  static TinyTraining in(Path folder) throws IOException {
    Path list = folder.resolve("list.jsonl");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < PICTURES; i++) {
      byte[] samples = new byte[3 * SIDE * SIDE];
      new Random(i).nextBytes(samples);
      Files.write(folder.resolve(i + ".png"), PngEncoder.encode(new RgbImage(SIDE, SIDE, samples)));
      lines.append(
          "{\"image\": \"%d.png\", \"captions\": [{\"text\": \"a red circle %1$d\", \"clipScore\": 0.3, \"source\": \"test\"}, {\"text\": \"circle %1$d\", \"clipScore\": 0.28, \"source\": \"test\"}]}%n"
              .formatted(i));
    }
    Files.writeString(list, lines);
    return new TinyTraining(list);
  }

  Path data() {
    return data;
  }

  /** The list that {@link #in} wrote. */
  static TinyTraining of(Path data) {
    return new TinyTraining(data);
  }

  static Recipe recipe() {
    return Recipe.read(recipeFile().toString());
  }

  static Path recipeFile() {
    try {
      return Path.of(
          Objects.requireNonNull(TinyTraining.class.getResource("/train/tiny.json")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Path autoencoder(Path output, TrainingProgress progress) throws IOException {
    Torch.setThreads(1);
    return AutoencoderTraining.run(recipe(), data, data, output, true, Learners.CPU, progress);
  }

  Path transformer(Path autoencoder, Path output, TrainingProgress progress) throws IOException {
    Torch.setThreads(1);
    Path tokenizer = Fixtures.path("tiny-sana/checkpoint/tokenizer");
    Models models = Models.fresh(autoencoder, tokenizer);
    return new TransformerTraining(recipe(), data, models, output, Learners.CPU, progress)
        .run(true);
  }

  Path adapter(Path checkpoint, AdapterSettings settings, Path output, TrainingProgress progress)
      throws IOException {
    Torch.setThreads(1);
    Models models = Models.adapting(checkpoint, settings);
    return new TransformerTraining(recipe(), data, models, output, Learners.CPU, progress)
        .run(true);
  }

  /** Sleeps for ever after a step. */
  static TrainingProgress stuckAfter(long last) {
    return new TrainingProgress() {
      @Override
      public void prepared(String what, long done, long total) {}

      @Override
      public void learnt(String phase, long step, long steps, double loss) {
        if (step == last) {
          try {
            Thread.sleep(Long.MAX_VALUE);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      }

      @Override
      public void note(String line) {}
    };
  }

  /** Nobody watches. */
  static TrainingProgress unwatched() {
    return stuckAfter(-1);
  }

  /**
   * A process to be killed: {@code autoencoder LIST OUTPUT} or {@code transformer LIST OUTPUT VAE}.
   */
  public static void main(String... args) throws IOException {
    TinyTraining training = of(Path.of(args[1]));
    @Nullable Path ignored =
        args[0].equals("autoencoder")
            ? training.autoencoder(Path.of(args[2]), stuckAfter(5))
            : training.transformer(Path.of(args[3]), Path.of(args[2]), stuckAfter(6));
  }
}
