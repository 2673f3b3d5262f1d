package dev.sanaq.train.data;

/**
 * Maximum share of corrupt or missing images in a dataset. A few among millions are normal; many
 * mean a wrong folder.
 *
 * @param share share of all images, 0 to 1
 */
public record MaxCorruptShare(double share) {
  /** One in a hundred. */
  public static final MaxCorruptShare DEFAULT = new MaxCorruptShare(0.01);

  public MaxCorruptShare {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "the maximum share of corrupt images must be 0 to 1, not " + share);
    }
  }

  boolean allows(int corrupt, int total) {
    return corrupt <= share * total;
  }
}
