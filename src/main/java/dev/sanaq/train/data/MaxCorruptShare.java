package dev.sanaq.train.data;

/**
 * How much of a list may be damaged or missing before it is refused: some of millions always is,
 * most of them is a wrong folder.
 *
 * @param share of all images, 0 to 1
 */
public record MaxCorruptShare(double share) {
  /** One in a hundred. */
  public static final MaxCorruptShare DEFAULT = new MaxCorruptShare(0.01);

  public MaxCorruptShare {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "the share of images that may be damaged is 0 to 1, not " + share);
    }
  }

  boolean allows(int damaged, int all) {
    return damaged <= share * all;
  }
}
