package dev.sanaq.worker.consume;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.request.ReadResult;
import dev.sanaq.kafka.request.RequestReader;
import dev.sanaq.worker.observe.JobSpan;
import dev.sanaq.worker.observe.JobTracer;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads requests: valid ones are queued as jobs, others are completed. The polling thread. */
public final class RequestHandler {
  private final RequestReader requestReader;
  private final Function<JobExecution, CompletableFuture<Void>> preparation;
  private final JobQueue queue;
  private final JobTracer tracer;
  private final Clock clock;
  private final RecordCompleter completer;

  /**
   * @param preparation starts to fetch what a job needs; completes when the job can start
   */
  public RequestHandler(
      RequestReader requestReader,
      Function<JobExecution, CompletableFuture<Void>> preparation,
      JobQueue queue,
      JobTracer tracer,
      Clock clock,
      RecordCompleter completer) {
    this.requestReader = requestReader;
    this.preparation = preparation;
    this.queue = queue;
    this.tracer = tracer;
    this.clock = clock;
    this.completer = completer;
  }

  void handle(ConsumerRecord<byte[], byte[]> record, OffsetTracker tracker) {
    ReadResult result = requestReader.read(record);
    if (result instanceof ReadResult.Accepted accepted) {
      Instant now = clock.instant();
      JobSpan span = tracer.startSpan(record, accepted.job(), now);
      JobExecution execution = new JobExecution(record, tracker, accepted.job(), span, now);
      execution.awaitAdapters(preparation.apply(execution));
      queue.add(execution);
    } else if (result instanceof ReadResult.Invalid invalid) {
      completer.fail(record, tracker, invalid.failure());
    } else if (result instanceof ReadResult.Unreadable unreadable) {
      completer.deadLetter(record, tracker, unreadable);
    }
  }
}
