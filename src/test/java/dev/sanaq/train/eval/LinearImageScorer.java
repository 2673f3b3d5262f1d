package dev.sanaq.train.eval;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.VaePostprocessor;
import dev.sanaq.sana.score.ImageScorer;
import dev.sanaq.train.cache.ImageCache;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.ScoredCaption;
import dev.sanaq.train.data.TrainingSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Stands for a CLIP model where none is at hand: a ridge regression from the words of a caption to
 * the pixels of its image, reduced to 16 x 16, fitted to captioned images. The score is 100 times
 * the cosine of predicted and actual pixels, both less the mean image. It knows the images that the
 * model was trained on, and no word that no caption has.
 */
final class LinearImageScorer implements ImageScorer {
  private static final int SIDE = 16;
  private static final int FEATURES = 3 * SIDE * SIDE;
  private static final double RIDGE = 1;

  private final Map<String, Integer> words = new LinkedHashMap<>();
  private final double[] mean = new double[FEATURES];

  /** One row for each word. */
  private final double[][] weights;

  LinearImageScorer(Dataset dataset) {
    ImageCache images = new ImageCache(dataset);
    List<double[]> targets = new ArrayList<>();
    for (TrainingSample sample : dataset.samples()) {
      double[] target =
          features(
              VaePostprocessor.toRgb(
                  images.planes(sample, sample.background(), new ImageSize(128, 128))));
      targets.add(target);
      for (int k = 0; k < FEATURES; k++) {
        mean[k] += target[k] / dataset.samples().size();
      }
      sample.captions().forEach(caption -> wordsOf(caption.text()).forEach(this::number));
    }
    double[][] products = new double[words.size()][words.size()];
    double[][] sums = new double[words.size()][FEATURES];
    for (int i = 0; i < targets.size(); i++) {
      for (ScoredCaption caption : dataset.samples().get(i).captions()) {
        List<Integer> row = wordsOf(caption.text()).stream().map(words::get).toList();
        for (int a : row) {
          for (int b : row) {
            products[a][b]++;
          }
          for (int k = 0; k < FEATURES; k++) {
            sums[a][k] += targets.get(i)[k] - mean[k];
          }
        }
      }
    }
    weights = solve(products, sums);
  }

  private void number(String word) {
    words.putIfAbsent(word, words.size());
  }

  private static List<String> wordsOf(String text) {
    return List.of(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")).stream()
        .filter(word -> !word.isEmpty())
        .distinct()
        .toList();
  }

  /** Solves {@code (products + ridge) weights = sums} by Cholesky's method, in place. */
  private static double[][] solve(double[][] products, double[][] sums) {
    int size = products.length;
    for (int i = 0; i < size; i++) {
      products[i][i] += RIDGE;
      for (int j = 0; j <= i; j++) {
        double sum = products[i][j];
        for (int k = 0; k < j; k++) {
          sum -= products[i][k] * products[j][k];
        }
        products[i][j] = i == j ? Math.sqrt(sum) : sum / products[j][j];
      }
    }
    IntStream.range(0, FEATURES)
        .parallel()
        .forEach(
            k -> {
              for (int i = 0; i < size; i++) {
                for (int j = 0; j < i; j++) {
                  sums[i][k] -= products[i][j] * sums[j][k];
                }
                sums[i][k] /= products[i][i];
              }
              for (int i = size - 1; i >= 0; i--) {
                for (int j = i + 1; j < size; j++) {
                  sums[i][k] -= products[j][i] * sums[j][k];
                }
                sums[i][k] /= products[i][i];
              }
            });
    return sums;
  }

  private static double[] features(RgbImage image) {
    float[] planes =
        PlanarFloatImage.of(
                PillowResizer.resize(
                    image, new ImageSize(SIDE, SIDE), PillowResizer.Filter.BICUBIC))
            .values();
    return IntStream.range(0, FEATURES).mapToDouble(k -> planes[k]).toArray();
  }

  @Override
  public List<Double> scoreAll(String prompt, List<RgbImage> images) {
    double[] predicted = new double[FEATURES];
    for (String word : wordsOf(prompt)) {
      Integer index = words.get(word);
      if (index != null) {
        for (int k = 0; k < FEATURES; k++) {
          predicted[k] += weights[index][k];
        }
      }
    }
    return images.stream().map(image -> score(features(image), predicted)).toList();
  }

  private double score(double[] image, double[] predicted) {
    double product = 0;
    double squaresOfImage = 0;
    double squaresOfPrediction = 1e-12;
    for (int k = 0; k < FEATURES; k++) {
      double value = image[k] - mean[k];
      product += value * predicted[k];
      squaresOfImage += value * value;
      squaresOfPrediction += predicted[k] * predicted[k];
    }
    return 100 * product / Math.sqrt(squaresOfImage * squaresOfPrediction);
  }

  @Override
  public void close() {}
}
