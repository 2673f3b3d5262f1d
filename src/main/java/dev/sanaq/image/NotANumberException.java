package dev.sanaq.image;

/** An image holds NaN: a network overflowed, or its weights hold NaN. */
public final class NotANumberException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * @param channel 0 red, 1 green, 2 blue
   */
  public NotANumberException(int row, int column, int channel) {
    super(
        "the decoder's output is NaN at row %s, column %s, channel %s"
            .formatted(row, column, channel));
  }
}
