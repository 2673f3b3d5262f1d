package dev.sanaq.worker.run;

import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.event.WorkerStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Sends the worker's status: when it becomes ready or stops to be, and regularly while it is. A
 * daemon thread of its own. Call {@link #start} once, later {@link #stop}.
 */
public final class WorkerStatusSender {
  private static final long CHECK_MILLIS = 500;

  private final ProgressSink sink;
  private final Function<Boolean, WorkerStatus> status;
  private final String source;
  private final BooleanSupplier ready;
  private final Duration interval;
  private final Clock clock;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean sentReady;
  private long sentAtNanos;

  /**
   * @param status the status of a worker that is ready, or is not
   * @param source the events' source
   * @param ready whether the worker takes jobs
   * @param interval between two reports of a ready worker
   */
  public WorkerStatusSender(
      ProgressSink sink,
      Function<Boolean, WorkerStatus> status,
      String source,
      BooleanSupplier ready,
      Duration interval,
      Clock clock) {
    this.sink = sink;
    this.status = status;
    this.source = source;
    this.ready = ready;
    this.interval = interval;
    this.clock = clock;
  }

  /** Starts to send. */
  public void start() {
    Thread thread = new Thread(this::run, "sanaq-worker-status");
    thread.setDaemon(true);
    thread.start();
  }

  /** Reports that the worker takes no more jobs, and ends. */
  public synchronized void stop() {
    stopped.countDown();
    if (sentReady) {
      send(false);
    }
  }

  private void run() {
    try {
      do {
        sendIfDue();
      } while (!stopped.await(CHECK_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void sendIfDue() {
    boolean isReady = ready.getAsBoolean();
    boolean isDue = isReady && System.nanoTime() - sentAtNanos >= interval.toNanos();
    if (stopped.getCount() > 0 && (isDue || isReady != sentReady)) {
      send(isReady);
    }
  }

  private void send(boolean isReady) {
    sink.send(status.apply(isReady).toEvent(source, clock.instant()));
    sentReady = isReady;
    sentAtNanos = System.nanoTime();
  }
}
