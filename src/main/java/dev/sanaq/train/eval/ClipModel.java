package dev.sanaq.train.eval;

import dev.sanaq.image.BicubicResizer;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A CLIP model that the user gives, in a folder: {@code clip.pt}, TorchScript with the methods
 * {@code image} and {@code text}, and {@code tokenizer.json}. Says how well an image fits a text
 * (CLIPScore, arXiv 2104.08718, as torchmetrics computes it). On the processor; one caller at a
 * time.
 */
public final class ClipModel implements AutoCloseable {
  private static final int IMAGE_SIZE = 224;
  private static final int CONTEXT_LENGTH = 77;
  private static final float[] MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
  private static final float[] STD = {0.26862954f, 0.26130258f, 0.27577711f};

  private final ScriptProgram program;
  private final PromptTokenizer tokenizer;

  private ClipModel(ScriptProgram program, PromptTokenizer tokenizer) {
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
      return new ClipModel(
          ScriptProgram.open(file, DevicePlacement.cpu(Precision.FP32)), tokenizer);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw new IllegalArgumentException(
          "%s is no TorchScript file: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * How well an image fits a text: 100 times the cosine of their features, 0 where that is less.
   *
   * @param image a square one
   * @throws dev.sanaq.torch.TorchException where the file has no such method, or it fails
   */
  public double score(RgbImage image, String text) {
    float[] seen = imageFeatures(image);
    float[] said = textFeatures(text);
    if (seen.length != said.length) {
      throw new IllegalArgumentException(
          "clip.pt answers %d features of an image and %d of a text"
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

  /** An image's features. */
  float[] imageFeatures(RgbImage image) {
    byte[] samples = BicubicResizer.resize(image, new ImageSize(IMAGE_SIZE, IMAGE_SIZE)).samples();
    float[] planes = new float[samples.length];
    for (int i = 0; i < IMAGE_SIZE * IMAGE_SIZE; i++) {
      for (int channel = 0; channel < 3; channel++) {
        float level = (samples[3 * i + channel] & 0xff) / 255f;
        planes[channel * IMAGE_SIZE * IMAGE_SIZE + i] = (level - MEAN[channel]) / STD[channel];
      }
    }
    try (ScriptValue pixels = ScriptValue.floats(planes, 1, 3, IMAGE_SIZE, IMAGE_SIZE);
        ScriptValue features = program.call("image", pixels)) {
      return features.toFloats();
    }
  }

  /** A text's features. */
  float[] textFeatures(String text) {
    try (ScriptValue ids = ScriptValue.longs(tokenIds(text), 1, CONTEXT_LENGTH);
        ScriptValue features = program.call("text", ids)) {
      return features.toFloats();
    }
  }

  /** As many as CLIP reads: the last one, which ends a text, ends a cut one too and fills up. */
  long[] tokenIds(String text) {
    long[] all = tokenizer.encode(text);
    long[] ids = Arrays.copyOf(all, CONTEXT_LENGTH);
    long end = all[all.length - 1];
    Arrays.fill(ids, Math.min(all.length, CONTEXT_LENGTH) - 1, CONTEXT_LENGTH, end);
    return ids;
  }

  @Override
  public void close() {
    program.close();
    tokenizer.close();
  }
}
