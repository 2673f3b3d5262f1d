package dev.sanaq.worker.consume;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.request.CancellationDecoder;
import dev.sanaq.worker.observe.WorkerMetrics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * Dispatches records by topic. No content of a record makes it throw. The consumer thread.
 *
 * <p>Cancellations take effect elsewhere: every worker reads all of them, in {@link
 * CancellationSource}. As a member of the group a worker only sends the unreadable ones to the
 * dead letters, so that this happens once.
 */
public final class RecordDispatcher {
  private static final Logger LOG = Logger.getLogger(RecordDispatcher.class);

  private final RequestHandler requestHandler;
  private final CancellationDecoder cancellationDecoder;
  private final String cancellationsTopic;
  private final RecordCompleter completer;
  private final WorkerMetrics metrics;

  public RecordDispatcher(
      RequestHandler requestHandler,
      CancellationDecoder cancellationDecoder,
      String cancellationsTopic,
      RecordCompleter completer,
      WorkerMetrics metrics) {
    this.requestHandler = requestHandler;
    this.cancellationDecoder = cancellationDecoder;
    this.cancellationsTopic = cancellationsTopic;
    this.completer = completer;
    this.metrics = metrics;
  }

  /**
   * Dispatches a record, unless it is in progress or done.
   *
   * @param tracker of the record's partition
   */
  void dispatch(ConsumerRecord<byte[], byte[]> record, OffsetTracker tracker) {
    if (!tracker.startIfNew(record.offset())) {
      return;
    }
    try {
      if (record.topic().equals(cancellationsTopic)) {
        handleCancellation(record, tracker);
      } else {
        requestHandler.handle(record, tracker);
      }
    } catch (RuntimeException | StackOverflowError e) {
      // A record that triggers a bug must not be read again and again.
      LOG.errorf(
          e,
          "bug while reading %s-%d@%d; sent to dead letters",
          record.topic(),
          record.partition(),
          record.offset());
      completer.deadLetter(record, tracker, "bug while reading: " + e.getClass().getSimpleName());
    }
  }

  private void handleCancellation(ConsumerRecord<byte[], byte[]> record, OffsetTracker tracker) {
    CancellationDecoder.Result result = cancellationDecoder.decode(record);
    if (result instanceof CancellationDecoder.Unreadable unreadable) {
      metrics.countCancellation("unreadable");
      completer.deadLetter(record, tracker, unreadable.reason());
    } else {
      metrics.countCancellation("read");
      completer.skip(record, tracker);
    }
  }
}
