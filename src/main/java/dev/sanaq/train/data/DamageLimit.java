package dev.sanaq.train.data;

/**
 * How much of a list may be damaged or missing before it is refused: some of millions always is,
 * most of them is a wrong folder.
 *
 * @param share of all pictures, 0 to 1
 */
public record DamageLimit(double share) {
  /** One in a hundred. */
  public static final DamageLimit DEFAULT = new DamageLimit(0.01);

  public DamageLimit {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "the share of pictures that may be damaged is 0 to 1, not " + share);
    }
  }

  boolean allows(int damaged, int all) {
    return damaged <= share * all;
  }
}
