package dev.sanaq.train;

import dev.sanaq.image.Bicubic;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.Size;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A CLIP model that the user gives, in a folder: {@code clip.pt}, TorchScript with the methods
 * {@code image} and {@code text}, and {@code tokenizer.json}. Says how well a picture fits a text
 * (CLIPScore, arXiv 2104.08718, as torchmetrics computes it). On the processor; one caller at a
 * time.
 */
public final class ClipModel implements AutoCloseable {
  private static final int SIDE = 224;
  private static final int TOKENS = 77;
  private static final float[] MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
  private static final float[] DEVIATION = {0.26862954f, 0.26130258f, 0.27577711f};

  private final Program program;
  private final PromptTokenizer tokenizer;

  private ClipModel(Program program, PromptTokenizer tokenizer) {
    this.program = program;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens the folder.
   *
   * @throws IllegalArgumentException where one of the files is missing or not what it should be
   */
  public static ClipModel open(Path folder) {
    Path file = folder.resolve("clip.pt");
    Path words = folder.resolve("tokenizer.json");
    for (Path needed : new Path[] {file, words}) {
      if (!Files.isRegularFile(needed)) {
        throw new IllegalArgumentException(
            "%s is missing: a CLIP model is clip.pt and tokenizer.json".formatted(needed));
      }
    }
    PromptTokenizer tokenizer = new PromptTokenizer(words, Integer.MAX_VALUE);
    try {
      return new ClipModel(Program.open(file, Placement.cpu(Precision.FP32)), tokenizer);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw new IllegalArgumentException(
          "%s is no TorchScript file: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * How well a picture fits a text: 100 times the cosine of their features, 0 where that is less.
   *
   * @param picture a square one
   * @throws dev.sanaq.torch.TorchException where the file has no such method, or it fails
   */
  public double score(RgbImage picture, String text) {
    float[] seen = image(picture);
    float[] said = text(text);
    if (seen.length != said.length) {
      throw new IllegalArgumentException(
          "clip.pt answers %d features of a picture and %d of a text"
              .formatted(seen.length, said.length));
    }
    double product = 0;
    double a = 0;
    double b = 0;
    for (int i = 0; i < seen.length; i++) {
      product += (double) seen[i] * said[i];
      a += (double) seen[i] * seen[i];
      b += (double) said[i] * said[i];
    }
    return Math.max(100 * product / Math.sqrt(a * b), 0);
  }

  /** A picture's features. */
  float[] image(RgbImage picture) {
    byte[] samples = Bicubic.resize(picture, new Size(SIDE, SIDE)).samples();
    float[] planes = new float[samples.length];
    for (int i = 0; i < SIDE * SIDE; i++) {
      for (int channel = 0; channel < 3; channel++) {
        float level = (samples[3 * i + channel] & 0xff) / 255f;
        planes[channel * SIDE * SIDE + i] = (level - MEAN[channel]) / DEVIATION[channel];
      }
    }
    try (Value pixels = Value.floats(planes, 1, 3, SIDE, SIDE);
        Value features = program.call("image", pixels)) {
      return features.toFloats();
    }
  }

  /** A text's features. */
  float[] text(String text) {
    try (Value ids = Value.longs(ids(text), 1, TOKENS);
        Value features = program.call("text", ids)) {
      return features.toFloats();
    }
  }

  /** As many as CLIP reads: the last one, which ends a text, ends a cut one too and fills up. */
  long[] ids(String text) {
    long[] all = tokenizer.encode(text);
    long[] ids = Arrays.copyOf(all, TOKENS);
    long end = all[all.length - 1];
    Arrays.fill(ids, Math.min(all.length, TOKENS) - 1, TOKENS, end);
    return ids;
  }

  @Override
  public void close() {
    program.close();
    tokenizer.close();
  }
}
