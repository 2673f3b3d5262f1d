package dev.sanaq.sana.preview;

import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;

/**
 * Fits {@link LatentRgbFactors} by least squares with a little ridge: to each latent belongs the
 * mean colour of the pixels that it stands for. Collects sums alone, so any number of images can be
 * added. One thread.
 */
public final class LatentRgbFit {
  private static final int COLOURS = 3;

  /** A share of the mean variance of a channel: for channels that vary hardly or not at all. */
  private static final double RIDGE = 1e-3;

  private final int channels;

  /** Sums of products of [latent, 1, colour], of which only these are read. */
  private final double[][] gram;

  private final double[][] moments;
  private final double[] squares = new double[COLOURS];
  private final double[] sums = new double[COLOURS];
  private long samples;

  /**
   * @param channels of the latents
   */
  public LatentRgbFit(int channels) {
    this.channels = channels;
    this.gram = new double[channels + 1][channels + 1];
    this.moments = new double[channels + 1][COLOURS];
  }

  /**
   * Adds an image.
   *
   * @param latents (C, height, width) of the image, in the transformer's scale
   * @param compression pixels for each latent, each side
   */
  public void add(float[] latents, RgbImage image, int compression) {
    int height = image.height() / compression;
    int width = image.width() / compression;
    float[] pixels = PlanarFloatImage.of(image).values();
    double[] x = new double[channels + 1];
    x[channels] = 1;
    for (int i = 0; i < height * width; i++) {
      for (int channel = 0; channel < channels; channel++) {
        x[channel] = latents[channel * height * width + i];
      }
      double[] colour = meanColour(pixels, image, i / width, i % width, compression);
      add(x, colour);
    }
  }

  private void add(double[] x, double[] colour) {
    samples++;
    for (int i = 0; i <= channels; i++) {
      for (int j = 0; j <= channels; j++) {
        gram[i][j] += x[i] * x[j];
      }
      for (int k = 0; k < COLOURS; k++) {
        moments[i][k] += x[i] * colour[k];
      }
    }
    for (int k = 0; k < COLOURS; k++) {
      sums[k] += colour[k];
      squares[k] += colour[k] * colour[k];
    }
  }

  private static double[] meanColour(
      float[] pixels, RgbImage image, int row, int column, int side) {
    double[] mean = new double[COLOURS];
    int area = image.height() * image.width();
    for (int k = 0; k < COLOURS; k++) {
      for (int y = row * side; y < (row + 1) * side; y++) {
        for (int x = column * side; x < (column + 1) * side; x++) {
          mean[k] += pixels[k * area + y * image.width() + x];
        }
      }
      mean[k] /= side * side;
    }
    return mean;
  }

  /** The number of latents that were added. */
  public long samples() {
    return samples;
  }

  /**
   * The factors.
   *
   * @throws IllegalStateException with fewer latents than unknowns
   */
  public LatentRgbFactors solve() {
    if (samples <= channels) {
      throw new IllegalStateException(
          "%s latents are too few for %s channels: give more images".formatted(samples, channels));
    }
    double[][] solution = solution();
    float[][] factors = new float[channels][COLOURS];
    for (int i = 0; i < channels; i++) {
      for (int k = 0; k < COLOURS; k++) {
        factors[i][k] = (float) solution[i][k];
      }
    }
    float[] bias = new float[COLOURS];
    for (int k = 0; k < COLOURS; k++) {
      bias[k] = (float) solution[channels][k];
    }
    return new LatentRgbFactors(factors, bias);
  }

  /**
   * The share of the colours' variance that the factors explain, in the images that were added: 1
   * if every colour is met.
   */
  public double explainedVariance() {
    double[][] w = solution();
    double residual = 0;
    double total = 0;
    for (int k = 0; k < COLOURS; k++) {
      double fitted = 0;
      double fittedSquares = 0;
      for (int i = 0; i <= channels; i++) {
        fitted += w[i][k] * moments[i][k];
        for (int j = 0; j <= channels; j++) {
          fittedSquares += w[i][k] * gram[i][j] * w[j][k];
        }
      }
      residual += squares[k] - 2 * fitted + fittedSquares;
      total += squares[k] - sums[k] * sums[k] / samples;
    }
    return total == 0 ? 1 : 1 - residual / total;
  }

  /** Cholesky's method on the normal equations; the bias is not shrunk. */
  private double[][] solution() {
    int n = channels + 1;
    double ridge = 0;
    for (int i = 0; i < channels; i++) {
      ridge += (gram[i][i] - gram[i][channels] * gram[i][channels] / samples) / channels;
    }
    double[][] lower = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double value = gram[i][j] + (i == j && i < channels ? RIDGE * ridge + 1e-12 : 0);
        for (int k = 0; k < j; k++) {
          value -= lower[i][k] * lower[j][k];
        }
        lower[i][j] = i == j ? Math.sqrt(value) : value / lower[j][j];
      }
    }
    double[][] x = new double[n][COLOURS];
    for (int k = 0; k < COLOURS; k++) {
      for (int i = 0; i < n; i++) {
        double value = moments[i][k];
        for (int j = 0; j < i; j++) {
          value -= lower[i][j] * x[j][k];
        }
        x[i][k] = value / lower[i][i];
      }
      for (int i = n - 1; i >= 0; i--) {
        double value = x[i][k];
        for (int j = i + 1; j < n; j++) {
          value -= lower[j][i] * x[j][k];
        }
        x[i][k] = value / lower[i][i];
      }
    }
    return x;
  }
}
