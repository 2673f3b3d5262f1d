package dev.sanaq.worker.run;

import dev.sanaq.sana.DeviceLostException;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/**
 * What a worker does when its GPU computes no more: it takes no jobs, publishes no outcome of those
 * that it has, and ends the process. Their attempts stay counted, as after a crash, so another
 * worker gets them, and a job that breaks every GPU ends with {@code crashed}. Any number of
 * threads.
 */
public final class DeviceLoss {
  /** The exit code of a worker without a working GPU ({@code EX_TEMPFAIL} of sysexits.h). */
  public static final int EXIT_CODE = 75;

  private static final Logger LOG = Logger.getLogger(DeviceLoss.class);

  private final IntConsumer exit;
  private volatile Optional<String> reason = Optional.empty();

  /**
   * @param exit ends the process at once with a code: closing the model would call the GPU
   */
  public DeviceLoss(IntConsumer exit) {
    this.exit = exit;
  }

  void report(DeviceLostException failure) {
    reason = Optional.of("the GPU is lost: " + failure.getMessage());
    LOG.errorf(failure, "the GPU is lost; the worker ends with exit code %d", EXIT_CODE);
    exit.accept(EXIT_CODE);
  }

  /** Why the worker takes no jobs, for readiness; empty while the GPU works. */
  public Optional<String> reason() {
    return reason;
  }
}
