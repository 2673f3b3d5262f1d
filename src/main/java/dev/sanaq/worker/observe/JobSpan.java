package dev.sanaq.worker.observe;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Failed;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;

/** A job's span, with a child span for each stage. Any number of threads. */
public final class JobSpan {
  private final Tracer tracer;
  private final Context context;
  private final Span span;

  JobSpan(Tracer tracer, Context parent, Span span) {
    this.tracer = tracer;
    this.context = parent.with(span);
    this.span = span;
  }

  /** Records a stage that has ended, as a child span. */
  public void recordStage(String name, Instant start, Instant end) {
    tracer.spanBuilder(name).setParent(context).setStartTimestamp(start).startSpan().end(end);
  }

  /** Writes the trace context into an event's headers. */
  public void inject(Headers headers) {
    W3CTraceContextPropagator.getInstance()
        .inject(
            context,
            headers,
            (carrier, key, value) -> {
              if (carrier != null) {
                carrier.remove(key);
                carrier.add(key, value.getBytes(StandardCharsets.UTF_8));
              }
            });
  }

  /** Ends the span with the job's outcome. */
  public void end(JobOutcome outcome) {
    span.setAttribute("sanaq.job.outcome", outcome.label());
    if (outcome instanceof Failed failed) {
      span.setStatus(StatusCode.ERROR, failed.error().code().label());
      span.setAttribute("error.type", failed.error().code().label());
    }
    span.end();
  }

  /** Ends the span of a job that another worker does. */
  public void abandon() {
    span.setAttribute("sanaq.job.outcome", "abandoned");
    span.end();
  }
}
