package dev.sanaq.worker.consume;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.request.ReadResult;
import dev.sanaq.kafka.request.RequestReader;
import dev.sanaq.worker.adapter.AdapterPreparer;
import dev.sanaq.worker.observe.JobSpan;
import dev.sanaq.worker.observe.JobTracer;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads requests: valid ones are queued as jobs, others are completed. The polling thread. */
public final class RequestHandler {
  private final RequestReader requestReader;
  private final AdapterPreparer adapters;
  private final JobQueue queue;
  private final JobTracer tracer;
  private final Clock clock;
  private final RecordCompleter completer;

  public RequestHandler(
      RequestReader requestReader,
      AdapterPreparer adapters,
      JobQueue queue,
      JobTracer tracer,
      Clock clock,
      RecordCompleter completer) {
    this.requestReader = requestReader;
    this.adapters = adapters;
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
      execution.awaitAdapters(adapters.fetch(accepted.job(), execution::isAbandonRequested));
      queue.add(execution);
    } else if (result instanceof ReadResult.Invalid invalid) {
      completer.fail(record, tracker, invalid.failure());
    } else if (result instanceof ReadResult.Unreadable unreadable) {
      completer.deadLetter(record, tracker, unreadable);
    }
  }
}
