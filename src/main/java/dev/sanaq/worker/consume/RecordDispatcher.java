package dev.sanaq.worker.consume;

import dev.sanaq.kafka.OffsetTracker;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * Hands records on to the request handler, each once. No content of a record makes it throw. The
 * polling thread.
 */
public final class RecordDispatcher {
  private static final Logger LOG = Logger.getLogger(RecordDispatcher.class);

  private final RequestHandler requestHandler;
  private final RecordCompleter completer;

  public RecordDispatcher(RequestHandler requestHandler, RecordCompleter completer) {
    this.requestHandler = requestHandler;
    this.completer = completer;
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
      requestHandler.handle(record, tracker);
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
}
