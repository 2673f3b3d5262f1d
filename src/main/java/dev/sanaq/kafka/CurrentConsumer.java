package dev.sanaq.kafka;

import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;

/** A consumer that comes and goes. */
public interface CurrentConsumer {
  /** The open consumer; empty while it is closed. Any thread. */
  Optional<Consumer<byte[], byte[]>> current();

  /**
   * The open consumer, for the thread that may use it.
   *
   * @throws IllegalStateException if it is closed
   */
  default Consumer<byte[], byte[]> get() {
    return current().orElseThrow(() -> new IllegalStateException("the consumer is closed"));
  }
}
