package dev.sanaq.worker;

import dev.sanaq.event.Publication;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** A record in work on the drawing thread, as the consumer's thread sees it. */
final class Task {
  private final ConsumerRecord<byte[], byte[]> record;
  private final CompletableFuture<Publication> publication;
  private volatile boolean abandoned;

  Task(ConsumerRecord<byte[], byte[]> record, JobRunner runner, Executor drawing) {
    this.record = record;
    this.publication =
        CompletableFuture.supplyAsync(() -> runner.run(record, () -> abandoned), drawing);
  }

  ConsumerRecord<byte[], byte[]> record() {
    return record;
  }

  TopicPartition partition() {
    return new TopicPartition(record.topic(), record.partition());
  }

  /** Lets the work end at its next step; nothing of it is to be published. */
  void abandon() {
    abandoned = true;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** Waits for the end of the work, but not long. */
  boolean endsWithin(Duration patience) {
    try {
      publication.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      return true;
    }
    return true;
  }

  /**
   * What the work came to; to be asked after its end.
   *
   * @throws AbandonedException where it was abandoned
   */
  Publication publication() {
    try {
      return publication.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
