package dev.sanaq.worker.consume;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * All cancellations, outside of the worker group: every worker reads every one, because any worker
 * may run the job. Reading starts in the past, so that a cancellation that was sent before its
 * request is known too.
 */
public interface CancellationSource {
  /**
   * Starts to read, and waits until the topic is read to its end, at most the timeout.
   *
   * @param retention how far in the past reading starts
   * @param handler called for each record at least once, on the source's thread
   */
  void start(
      Duration retention, Consumer<ConsumerRecord<byte[], byte[]>> handler, Duration timeout);

  /** Why cancellations are read no more, for liveness; empty while they are read. */
  Optional<String> failureReason();

  /** Ends the calls of the handler; does not wait for a running one. */
  void stop();
}
