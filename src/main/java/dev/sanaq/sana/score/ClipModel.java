package dev.sanaq.sana.score;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.text.PromptTokenizer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Computes the CLIP score of an image and a text (arXiv 2104.08718, as torchmetrics computes it)
 * with a CLIP model from a folder: {@code clip.pt}, TorchScript with the methods {@code image} and
 * {@code text}, and {@code tokenizer.json}. Runs on the CPU; for one thread at a time.
 */
public final class ClipModel implements ImageScorer {
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
   * Loads the model.
   *
   * @throws IllegalArgumentException if one of the files is missing or invalid
   */
  public static ClipModel open(Path folder) {
    Path file = folder.resolve("clip.pt");
    Path tokenizerFile = folder.resolve("tokenizer.json");
    for (Path needed : new Path[] {file, tokenizerFile}) {
      if (!Files.isRegularFile(needed)) {
        throw new IllegalArgumentException(
            "%s is missing: a CLIP model is clip.pt and tokenizer.json".formatted(needed));
      }
    }
    PromptTokenizer tokenizer = new PromptTokenizer(tokenizerFile, Integer.MAX_VALUE);
    try {
      return new ClipModel(
          ScriptProgram.open(file, DevicePlacement.cpu(Precision.FP32)), tokenizer);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw new IllegalArgumentException(
          "%s is not a TorchScript file: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The CLIP score: 100 times the cosine of the features of image and text, at least 0.
   *
   * @throws dev.sanaq.torch.TorchException if a method of the file is missing or fails
   */
  public double score(RgbImage image, String text) {
    return Math.max(scoreAll(text, List.of(image)).get(0), 0);
  }

  /** 100 times the cosine of the features of each image and of the prompt, also below 0. */
  @Override
  public List<Double> scoreAll(String prompt, List<RgbImage> images) {
    float[] textFeatures = textFeatures(prompt);
    List<Double> scores = new ArrayList<>();
    for (RgbImage image : images) {
      scores.add(100 * cosine(imageFeatures(image), textFeatures));
    }
    return scores;
  }

  private static double cosine(float[] image, float[] text) {
    if (image.length != text.length) {
      throw new IllegalArgumentException(
          "clip.pt returns %s features of an image and %s of a text"
              .formatted(image.length, text.length));
    }
    double product = 0;
    double imageSquares = 0;
    double textSquares = 0;
    for (int i = 0; i < image.length; i++) {
      product += (double) image[i] * text[i];
      imageSquares += (double) image[i] * image[i];
      textSquares += (double) text[i] * text[i];
    }
    return product / Math.sqrt(imageSquares * textSquares);
  }

  /** The features of an image. */
  float[] imageFeatures(RgbImage image) {
    byte[] samples = centerSquare(image);
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

  /** The shorter side resized to 224 pixels, the longer one cropped about its centre. */
  static byte[] centerSquare(RgbImage image) {
    int shorter = Math.min(image.width(), image.height());
    int width = (int) ((long) IMAGE_SIZE * image.width() / shorter);
    int height = (int) ((long) IMAGE_SIZE * image.height() / shorter);
    byte[] resized =
        PillowResizer.resize(image, new ImageSize(height, width), PillowResizer.Filter.BICUBIC)
            .samples();
    int left = (width - IMAGE_SIZE) / 2;
    int top = (height - IMAGE_SIZE) / 2;
    byte[] square = new byte[3 * IMAGE_SIZE * IMAGE_SIZE];
    for (int y = 0; y < IMAGE_SIZE; y++) {
      System.arraycopy(
          resized, 3 * ((top + y) * width + left), square, 3 * y * IMAGE_SIZE, 3 * IMAGE_SIZE);
    }
    return square;
  }

  /** The features of a text. */
  float[] textFeatures(String text) {
    try (ScriptValue ids = ScriptValue.longs(tokenIds(text), 1, CONTEXT_LENGTH);
        ScriptValue features = program.call("text", ids)) {
      return features.toFloats();
    }
  }

  /** Ids truncated or padded to the context length; the end token ends and pads them. */
  long[] tokenIds(String text) {
    long[] encoded = tokenizer.encode(text);
    long[] ids = Arrays.copyOf(encoded, CONTEXT_LENGTH);
    long endToken = encoded[encoded.length - 1];
    Arrays.fill(ids, Math.min(encoded.length, CONTEXT_LENGTH) - 1, CONTEXT_LENGTH, endToken);
    return ids;
  }

  @Override
  public void close() {
    program.close();
    tokenizer.close();
  }
}
