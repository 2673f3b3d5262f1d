package dev.sanaq.train.loop;

/** A loss or its gradients are no numbers any more; the message says what was kept, and where. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message) {
    super(message);
  }
}
