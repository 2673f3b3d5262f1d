package dev.sanaq.worker.observe;

import dev.sanaq.job.Job;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Starts a job's span as a child of its client's trace, by the W3C headers of the request's record.
 * Without configured telemetry the client's context is passed on. Any number of threads.
 */
public final class JobTracer {
  private final Tracer tracer;

  public JobTracer(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("dev.sanaq");
  }

  /** Starts a job's span, by OpenTelemetry's conventions for messaging. */
  public JobSpan startSpan(ConsumerRecord<byte[], byte[]> record, Job job, Instant received) {
    Context parent =
        W3CTraceContextPropagator.getInstance()
            .extract(Context.root(), record.headers(), Getter.INSTANCE);
    return new JobSpan(
        tracer,
        parent,
        tracer
            .spanBuilder("process " + record.topic())
            .setParent(parent)
            .setSpanKind(SpanKind.CONSUMER)
            .setStartTimestamp(received)
            .setAttribute("messaging.system", "kafka")
            .setAttribute("messaging.operation.type", "process")
            .setAttribute("messaging.destination.name", record.topic())
            .setAttribute("messaging.destination.partition.id", String.valueOf(record.partition()))
            .setAttribute("messaging.kafka.offset", record.offset())
            .setAttribute("sanaq.job.id", job.id())
            .startSpan());
  }

  private enum Getter implements TextMapGetter<Headers> {
    INSTANCE;

    @Override
    public Iterable<String> keys(Headers headers) {
      List<String> keys =
          StreamSupport.stream(headers.spliterator(), false).map(Header::key).toList();
      return keys;
    }

    @Override
    public @Nullable String get(@Nullable Headers headers, String key) {
      Header header = headers == null ? null : headers.lastHeader(key);
      return header == null || header.value() == null
          ? null
          : new String(header.value(), StandardCharsets.UTF_8);
    }
  }
}
