package dev.sanaq.train;

import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.PngEncoder;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.config.LoraConfig;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.loop.TrainingProgress;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A training run of seconds: a few noise images, networks of a few channels, nine steps. */
final class TinyTraining {
  private static final int NUM_IMAGES = 6;
  private static final int IMAGE_SIZE = 32;

  private final Path data;

  private TinyTraining(Path data) {
    this.data = data;
  }

  /** Writes the images and their list. */
  static TinyTraining create(Path folder) throws IOException {
    Path list = folder.resolve("list.jsonl");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < NUM_IMAGES; i++) {
      byte[] samples = new byte[3 * IMAGE_SIZE * IMAGE_SIZE];
      new Random(i).nextBytes(samples);
      Files.write(
          folder.resolve(i + ".png"),
          PngEncoder.encode(new RgbImage(IMAGE_SIZE, IMAGE_SIZE, samples)));
      lines.append(
          "{\"image\": \"%s.png\", \"captions\": [{\"text\": \"a red circle %1$s\", \"clipScore\": 0.3, \"source\": \"test\"}, {\"text\": \"circle %1$s\", \"clipScore\": 0.28, \"source\": \"test\"}]}%n"
              .formatted(i));
    }
    Files.writeString(list, lines);
    return new TinyTraining(list);
  }

  Path data() {
    return data;
  }

  /** The list that {@link #create} wrote. */
  static TinyTraining of(Path data) {
    return new TinyTraining(data);
  }

  static TrainingConfig config() {
    return TrainingConfig.read(configFile().toString());
  }

  static Path configFile() {
    try {
      return Path.of(
          Objects.requireNonNull(TinyTraining.class.getResource("/train/tiny.json")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Path autoencoder(Path output, TrainingProgress progress) throws IOException {
    Torch.setThreads(1);
    return AutoencoderTraining.run(config(), data, data, output, true, TestPrograms.CPU, progress);
  }

  Path transformer(Path autoencoder, Path output, TrainingProgress progress) throws IOException {
    Torch.setThreads(1);
    Path tokenizer = Fixtures.path("tiny-sana/checkpoint/tokenizer");
    BaseModels models = BaseModels.fromScratch(autoencoder, tokenizer);
    return new TransformerTraining(config(), data, models, output, TestPrograms.CPU, progress)
        .run(true);
  }

  Path lora(Path checkpoint, LoraConfig settings, Path output, TrainingProgress progress)
      throws IOException {
    Torch.setThreads(1);
    BaseModels models = BaseModels.lora(checkpoint, settings);
    return new TransformerTraining(config(), data, models, output, TestPrograms.CPU, progress)
        .run(true);
  }

  /** Blocks the training thread after a step. */
  static TrainingProgress hangAfter(long last) {
    return new TrainingProgress() {
      @Override
      public void onPreparation(String what, long done, long total) {}

      @Override
      public void onStep(String phase, long step, long steps, double loss) {
        if (step == last) {
          try {
            Thread.sleep(Long.MAX_VALUE);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      }

      @Override
      public void onMessage(String line) {}
    };
  }

  /** Ignores all progress. */
  static TrainingProgress noProgress() {
    return hangAfter(-1);
  }

  /**
   * A process that a test kills: {@code autoencoder LIST OUTPUT} or {@code transformer LIST OUTPUT
   * VAE}.
   */
  public static void main(String... args) throws IOException {
    TinyTraining training = of(Path.of(args[1]));
    @Nullable Path ignored =
        args[0].equals("autoencoder")
            ? training.autoencoder(Path.of(args[2]), hangAfter(5))
            : training.transformer(Path.of(args[3]), Path.of(args[2]), hangAfter(6));
  }
}
