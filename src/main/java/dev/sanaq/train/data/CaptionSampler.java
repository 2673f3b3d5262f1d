package dev.sanaq.train.data;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which caption of an image a draw learns: {@code P(i) = softmax(score_i / tau)} (paper, section
 * 4), so that better ones come more often and the others still vary the words.
 */
public final class CaptionSampler {
  /** What a dropped caption becomes: the text that guidance steers away from. */
  public static final String EMPTY_CAPTION = "";

  private CaptionSampler() {}

  /**
   * The probabilities.
   *
   * @param captions of one image, at least one
   * @param tau the temperature, 0 or more: 0 gives all to the best (shared by those that are as
   *     good), infinity the same to each
   * @return one a caption, their sum is 1
   */
  public static double[] probabilities(List<ScoredCaption> captions, double tau) {
    if (!(tau >= 0)) {
      throw new IllegalArgumentException("the captions' temperature is 0 or more, not " + tau);
    }
    double best = captions.stream().mapToDouble(ScoredCaption::clipScore).max().orElseThrow();
    double[] weights = new double[captions.size()];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double behind = captions.get(i).clipScore() - best;
      weights[i] = behind == 0 ? 1 : Math.exp(behind / tau);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  /**
   * A caption by chance. Takes two numbers of the generator, whatever comes out.
   *
   * @param captions of one image; of none the answer is {@link #EMPTY_CAPTION}
   * @param tau as in {@link #probabilities}
   * @param dropout how likely the caption is dropped, 0 to 1
   */
  public static String sample(
      List<ScoredCaption> captions, double tau, double dropout, RandomGenerator random) {
    if (!(dropout >= 0 && dropout <= 1)) {
      throw new IllegalArgumentException("captions are dropped with 0 to 1, not " + dropout);
    }
    boolean dropped = random.nextDouble() < dropout;
    double at = random.nextDouble();
    if (dropped || captions.isEmpty()) {
      return EMPTY_CAPTION;
    }
    double[] weights = probabilities(captions, tau);
    int last = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        at -= weights[i];
        if (at < 0) {
          break;
        }
      }
    }
    return captions.get(last).text();
  }
}
