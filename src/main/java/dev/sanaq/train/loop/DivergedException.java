package dev.sanaq.train.loop;

/** The loss or the gradient norm is NaN or infinite; the message names the files of the report. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message) {
    super(message);
  }
}
