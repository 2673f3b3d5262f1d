package dev.sanaq.sana.preview;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.VaePostprocessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A linear map from the channels of a latent to red, green and blue, of which a preview is made in
 * a fraction of a millisecond. Stored in {@value #FILE} beside the checkpoint's {@code
 * model_index.json}, in the form of ComfyUI's latent formats: {@code latent_rgb_factors} has three
 * numbers for each channel, {@code latent_rgb_factors_bias} three. They map latents in the
 * transformer's scale to colours from -1 to 1. Immutable.
 */
public final class LatentRgbFactors {
  /** The file in the checkpoint's folder. */
  public static final String FILE = "latent_rgb_factors.json";

  /**
   * Pixels of a preview: as many as an image of 1024 x 1024 has latents, at a compression of 32. Of
   * more latents each pixel is the mean of a square.
   */
  public static final int MAX_PIXELS = 1 << 10;

  private static final String FACTORS = "latent_rgb_factors";
  private static final String BIAS = "latent_rgb_factors_bias";
  private static final int COLOURS = 3;

  /** [channel][colour]. */
  private final float[][] factors;

  private final float[] bias;

  /**
   * @param factors three for each channel of the latents
   * @param bias three
   */
  LatentRgbFactors(float[][] factors, float[] bias) {
    this.factors = factors;
    this.bias = bias;
  }

  /**
   * Reads the file of a checkpoint.
   *
   * @param folder the checkpoint's
   * @param channels of the latents
   * @return nothing if there is no file
   * @throws CheckpointException if it cannot be used
   */
  public static Optional<LatentRgbFactors> read(Path folder, int channels) {
    Path file = folder.resolve(FILE);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    ObjectNode object = JsonFile.read(file);
    JsonNode rows = object.path(FACTORS);
    if (!rows.isArray() || rows.size() != channels) {
      throw new CheckpointException(
          file.toString(),
          FACTORS,
          "a list of %s items, one for each channel".formatted(channels),
          rows.isArray() ? "%s items".formatted(rows.size()) : JsonFile.shortened(rows));
    }
    float[][] factors = new float[channels][];
    for (int channel = 0; channel < channels; channel++) {
      factors[channel] = colours(file, "%s[%s]".formatted(FACTORS, channel), rows.get(channel));
    }
    float[] bias = object.has(BIAS) ? colours(file, BIAS, object.path(BIAS)) : new float[COLOURS];
    return Optional.of(new LatentRgbFactors(factors, bias));
  }

  private static float[] colours(Path file, String name, JsonNode list) {
    float[] values = new float[COLOURS];
    for (int i = 0; i < COLOURS; i++) {
      JsonNode value = list.path(i);
      values[i] = value.isNumber() ? value.floatValue() : Float.NaN;
      if (list.size() != COLOURS || !Float.isFinite(values[i])) {
        throw new CheckpointException(
            file.toString(), name, "three finite numbers", JsonFile.shortened(list));
      }
    }
    return values;
  }

  /**
   * Writes the file of a checkpoint; replaces an existing one.
   *
   * @param folder the checkpoint's
   * @throws IOException if it cannot be written
   */
  public void write(Path folder) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(FACTORS, factors);
    object.put(BIAS, bias);
    try {
      String json = JsonFile.MAPPER.writeValueAsString(object);
      Files.writeString(folder.resolve(FILE), json.replace("],[", "],\n  [") + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // numbers alone
    }
  }

  /** The number of channels of the latents. */
  public int channels() {
    return factors.length;
  }

  /**
   * The picture of one image's latents.
   *
   * @param latents (B, C, height, width), in the transformer's scale
   * @param row of the image
   */
  public RgbImage toRgb(float[] latents, int row, int height, int width) {
    int square = 1;
    while ((long) ceil(height, square) * ceil(width, square) > MAX_PIXELS) {
      square++;
    }
    int rows = ceil(height, square);
    int columns = ceil(width, square);
    float[] planes = new float[COLOURS * rows * columns];
    int area = height * width;
    for (int channel = 0; channel < factors.length; channel++) {
      int start = (row * factors.length + channel) * area;
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          float mean = mean(latents, start, y * square, x * square, square, height, width);
          for (int colour = 0; colour < COLOURS; colour++) {
            planes[(colour * rows + y) * columns + x] += mean * factors[channel][colour];
          }
        }
      }
    }
    for (int i = 0; i < planes.length; i++) {
      float value = planes[i] + bias[i / (rows * columns)];
      planes[i] = Float.isNaN(value) ? 0 : value; // the image itself will fail
    }
    return VaePostprocessor.toRgb(new PlanarFloatImage(rows, columns, planes));
  }

  /** The mean of a square of latents, of what lies inside of the image. */
  private static float mean(
      float[] latents, int start, int top, int left, int side, int height, int width) {
    if (side == 1) {
      return latents[start + top * width + left];
    }
    int bottom = Math.min(top + side, height);
    int right = Math.min(left + side, width);
    float sum = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        sum += latents[start + y * width + x];
      }
    }
    return sum / ((bottom - top) * (right - left));
  }

  private static int ceil(int length, int side) {
    return (length + side - 1) / side;
  }
}
