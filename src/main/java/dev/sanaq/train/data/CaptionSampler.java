package dev.sanaq.train.data;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Samples one caption of an image with {@code P(i) = softmax(score_i / tau)} (paper, section 4):
 * better captions more often, while the others add variety.
 */
public final class CaptionSampler {
  /** A dropped caption: the unconditional text of classifier-free guidance. */
  public static final String EMPTY_CAPTION = "";

  private CaptionSampler() {}

  /**
   * The probability of each caption.
   *
   * @param captions captions of one image, at least one
   * @param tau temperature, 0 or more: 0 selects the best (ties share), infinity is uniform
   * @return one probability per caption; their sum is 1
   */
  public static double[] probabilities(List<ScoredCaption> captions, double tau) {
    if (!(tau >= 0)) {
      throw new IllegalArgumentException("the temperature must be 0 or more, not " + tau);
    }
    double best = captions.stream().mapToDouble(ScoredCaption::clipScore).max().orElseThrow();
    double[] weights = new double[captions.size()];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double difference = captions.get(i).clipScore() - best;
      weights[i] = difference == 0 ? 1 : Math.exp(difference / tau);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  /**
   * Samples a caption. Always takes two numbers of the generator.
   *
   * @param captions captions of one image; if there is none, returns {@link #EMPTY_CAPTION}
   * @param tau as in {@link #probabilities}
   * @param dropout probability of dropping the caption, 0 to 1
   */
  public static String sample(
      List<ScoredCaption> captions, double tau, double dropout, RandomGenerator random) {
    if (!(dropout >= 0 && dropout <= 1)) {
      throw new IllegalArgumentException("the dropout must be 0 to 1, not " + dropout);
    }
    boolean dropped = random.nextDouble() < dropout;
    double remaining = random.nextDouble();
    if (dropped || captions.isEmpty()) {
      return EMPTY_CAPTION;
    }
    double[] weights = probabilities(captions, tau);
    int last = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        remaining -= weights[i];
        if (remaining < 0) {
          break;
        }
      }
    }
    return captions.get(last).text();
  }
}
